import { openWorkspace, WorkspaceError } from 'coffer'
import { thumbnail } from './thumbnail.ts'

/** `npm start -- https://example.com/photo.jpg`: prints the reference of a thumbnail. */
const [url] = process.argv.slice(2)
if (url === undefined) throw new Error('Usage: npm start -- URL')

await using workspace = await openWorkspace({ userId: 'ann' })
console.error(workspace.scannerNotice)
try {
  console.log(await thumbnail(workspace, url))
} catch (error) {
  if (!(error instanceof WorkspaceError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}
