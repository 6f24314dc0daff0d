import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Server } from './target.ts'

const framework = fileURLToPath(import.meta.resolve('@google-cloud/functions-framework'))
const program = join(framework, '..', 'main.js')
const project = fileURLToPath(new URL('../..', import.meta.url))

export interface FunctionOptions {
  signature?: 'http' | 'cloudevent'
  /** A directory to share; by default one of its own. */
  storage?: string
  env?: Record<string, string>
  /** Hears of every line that the function logs. */
  onLine?: (line: string) => void
}

/** One function under the Functions Framework, as Cloud Run starts it, over a local storage directory. */
export async function startFunction(
  target: string,
  { signature = 'http', storage, env = {}, onLine }: FunctionOptions = {},
): Promise<Server> {
  const own = storage ?? (await mkdtemp(join(tmpdir(), 'coffer-functions-')))
  const port = await freePort()
  const child = spawn(
    process.execPath,
    [program, `--signature-type=${signature}`, `--source=${project}`],
    {
      // A closed port and no PATH: the development scanner, without a look for ClamAV.
      env: {
        FUNCTION_TARGET: target,
        PORT: `${port}`,
        WORKSPACE_STORAGE_DIR: own,
        CLAMAV_SERVICE_PORT: '1',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ready = Promise.withResolvers<void>()
  child.once('exit', (code) => ready.reject(new Error(`${target} ended with ${code}`)))
  // Read to the end: a log that nobody takes would stop the process.
  createInterface(child.stdout).on('line', (line) => {
    if (line.includes(`:${port}/`)) ready.resolve()
    onLine?.(line)
  })
  await ready.promise
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      if (storage === undefined) await rm(own, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
