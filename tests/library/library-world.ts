import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../shared/adapters/clamd/clamd-program.ts'
import { startClamd } from '../support/clamd/clamd.ts'

/** A storage directory, a temporary one, and a scanner that knows the EICAR test file: the environment for them. */
export interface LibraryWorld extends AsyncDisposable {
  env: Record<string, string>
  /** What lies in the directories of executions. */
  left(): Promise<string[]>
}

export async function openLibraryWorld(): Promise<LibraryWorld> {
  await using opened = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'coffer-library-'))
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  // Without clamd the development scanner is found; with it, one that has loaded few signatures.
  const isInstalled = (await findProgram()) !== undefined
  const clamd = isInstalled ? opened.use(await startClamd()) : undefined
  const temporary = join(directory, 'tmp')
  const resources = opened.move()
  return {
    env: {
      WORKSPACE_STORAGE_DIR: join(directory, 'storage'),
      MEDIA_TEMP_DIR: temporary,
      ...(clamd && { CLAMAV_SOCKET: clamd.socketPath }),
    },
    async left() {
      const root = join(temporary, 'exec_file')
      const entries = await readdir(root, { recursive: true }).catch(() => [])
      return entries.filter((entry) => entry !== '.incoming')
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** A web server on this machine, which the fetcher of a production never speaks to. */
export async function openWebServer(
  answer: RequestListener,
): Promise<AsyncDisposable & { origin: string; port: number }> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
