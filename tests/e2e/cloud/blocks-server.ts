import { randomUUID } from 'node:crypto'
import { startFunction } from '../functions/function-server.ts'
import { startProxy } from '../support/proxy.ts'
import type { Server } from '../support/target.ts'
import { startCloudEmulators } from './cloud-emulators.ts'
import { deliver } from './cloud-server.ts'

/** The functions `blocks`, `api` and `scan` of the image in separate processes, behind a router, with stand-ins of Google's services. */
export async function startCloudWithBlocks(env: Record<string, string>): Promise<Server> {
  await using opened = new AsyncDisposableStack()
  const bucket = `coffer-${randomUUID()}`
  const emulators = opened.use(await startCloudEmulators(bucket))
  const cloud = {
    ...env,
    ...emulators.env,
    MEDIA_GCS_BUCKET_NAME: bucket,
    GOOGLE_CLOUD_PROJECT: bucket,
  }
  const start = async (name: string) =>
    opened.use(await startFunction(name, { host: 'image', env: cloud }))
  const api = await start('api')
  const blocks = await start('blocks')
  const scan = await start('scan')
  emulators.onFinalized((object) => void deliver(scan.url, object))
  const router = opened.use(
    await startProxy(({ url = '' }) => ({
      origin: /^\/api\/workspace\/(?:blocks|runs)/.test(url) ? blocks.url : api.url,
      path: url,
    })),
  )
  const resources = opened.move()
  return { url: router.url, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
