import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFunction } from './function-server.ts'
import { functionNames, routeAmong } from './function-router.ts'
import { startProxy } from '../support/proxy.ts'
import type { Server } from '../support/target.ts'

/** Every function with the program of the image in a separate process, with a shared local storage directory. */
export async function startFunctions(env: Record<string, string>): Promise<Server> {
  await using opened = new AsyncDisposableStack()
  const storage = await mkdtemp(join(tmpdir(), 'coffer-functions-'))
  opened.defer(() => rm(storage, { recursive: true, force: true }))
  const started = functionNames.map(async (name): Promise<[string, Server]> => [
    name,
    opened.use(await startFunction(name, { host: 'image', storage, env })),
  ])
  const router = opened.use(await startProxy(routeAmong(new Map(await Promise.all(started)))))
  const resources = opened.move()
  return { url: router.url, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
