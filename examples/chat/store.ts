import { createCoffer } from '../../shared/client/coffer.ts'
import { conversationOf } from './store/conversation.ts'
import { storeFiles } from './store/store-files.ts'

/**
 * `node examples/chat/store.ts http://127.0.0.1:8080` stores the files that the recorded conversation names, through the API, and the
 * conversation itself as `/chat/conversation.json`. The page reads it from there.
 */
const [baseUrl = 'http://127.0.0.1:8080'] = process.argv.slice(2)
const coffer = createCoffer({ baseUrl })
const conversation = conversationOf(await storeFiles(coffer))
const json = new Blob([JSON.stringify(conversation, undefined, 2)], { type: 'application/json' })
await coffer.upload(json, { path: '/chat/conversation.json', overwrite: true }).done
process.stdout.write(`The conversation and its files are stored at ${baseUrl}\n`)
