import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { openWorkspace, type OpenWorkspace, type Workspace } from '../../library/index.ts'
import { findProgram } from '../../shared/adapters/clamd/clamd-program.ts'
import { startClamd } from '../support/clamd/clamd.ts'

/** A storage directory, a temporary directory and a scanner that detects the EICAR test file, with their environment variables. */
export interface LibraryWorld extends AsyncDisposable {
  env: Record<string, string>
  /** Lists the entries in the directories of all executions. */
  left(): Promise<string[]>
}

export async function openLibraryWorld(): Promise<LibraryWorld> {
  await using opened = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'coffer-library-'))
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  // If clamd is installed, starts one with few signatures. Otherwise the library uses the development scanner.
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

/** Opens a world and its workspace for the tests of a file. */
export function useWorkspace(): {
  world: () => LibraryWorld
  workspace: () => OpenWorkspace
  /** A user without files. */
  newUser: () => Workspace
} {
  let world: LibraryWorld
  let workspace: OpenWorkspace
  beforeAll(async () => {
    world = await openLibraryWorld()
    workspace = await openWorkspace({ env: world.env })
  })
  afterAll(async () => {
    await workspace?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })
  return {
    world: () => world,
    workspace: () => workspace,
    newUser: () => workspace.forUser(randomUUID()),
  }
}

/** Starts a web server on the loopback interface, to which the fetcher does not connect in production. */
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
