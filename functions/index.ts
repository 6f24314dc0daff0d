import { cloudEvent, http, type CloudEvent } from '@google-cloud/functions-framework'
import { loadConfig } from '../shared/config/load-config.ts'
import { bypassFramework } from '../shared/http/server/bypass-framework.ts'
import { once } from '../shared/concurrency/once.ts'
import { openDeployment, type Listener } from './host/deployment.ts'
import { failStart } from './host/shutdown.ts'

const config = loadConfig()
const deployment = openDeployment(config)

export const upload = serve('upload')
export const list = serve('list')
export const read = serve('read')
export const download = serve('download')
export const update = serve('update')
const remove = serve('delete')
export { remove as delete }
export const folders = serve('folders')
export const mcp = serve('mcp')
/** Only where a scanner and programs are beside it, as in `infra/`. */
export const blocks = serve('blocks')
export const changes = serve('changes')
export const admin = serve('admin')
/** Only for local storage; Cloud Storage serves its signed URLs and resumable uploads itself. */
export const storage = serve('storage')
export const api = serve('api')
export const sweep = serve('sweep')

export async function scan(event: CloudEvent<unknown>): Promise<void> {
  await deployment.scan(event)
}
cloudEvent('scan', scan)
if (config.functionTarget === 'scan') deployment.open().catch(failStart)

/**
 * Registers an HTTP function. Loads the function of FUNCTION_TARGET immediately, and any other at its first request. Loading is not
 * awaited, because the Firebase emulator uses require(), which rejects modules with top-level await.
 */
function serve(name: string): Listener {
  const load = once(() => deployment.load(name))
  const listener: Listener = async (incoming, outgoing) => (await load())(incoming, outgoing)
  http(name, listener)
  if (config.functionTarget === name) {
    bypassFramework(listener, { readFirst: config.emulated })
    load().catch(failStart)
  }
  return listener
}
