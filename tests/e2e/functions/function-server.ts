import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { compileCache } from '../../support/compile-cache.ts'
import type { Server } from '../support/target.ts'
import { freePort } from '../../support/free-port.ts'

const frameworkIndex = fileURLToPath(import.meta.resolve('@google-cloud/functions-framework'))
const framework = join(frameworkIndex, '..', 'main.js')
const project = fileURLToPath(new URL('../../..', import.meta.url))

/** The program that serves a function: that of the image, with the bundled code, or the Functions Framework with the sources. */
export type Host = 'image' | 'framework'

export interface FunctionOptions {
  /** Default: `framework`. */
  host?: Host
  signature?: 'http' | 'cloudevent'
  /** The storage directory; a temporary one by default. */
  storage?: string
  env?: Record<string, string>
  /** Receives each log line of the function. */
  onLine?: (line: string) => void
}

/** A function in a separate process, started like on Cloud Run, with a local storage directory. */
export async function startFunction(
  target: string,
  { host = 'framework', signature = 'http', storage, env = {}, onLine }: FunctionOptions = {},
): Promise<Server> {
  const own = storage ?? (await mkdtemp(join(tmpdir(), 'coffer-functions-')))
  const port = await freePort()
  const underFramework = [framework, `--signature-type=${signature}`, `--source=${project}`]
  const command = host === 'image' ? [join(inject('imageBundle'), 'main.js')] : underFramework
  const child = spawn(process.execPath, command, {
    // A closed port and no PATH select the development scanner.
    env: {
      ...compileCache,
      FUNCTION_TARGET: target,
      PORT: `${port}`,
      WORKSPACE_STORAGE_DIR: own,
      CLAMAV_SERVICE_PORT: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ready = Promise.withResolvers<void>()
  child.once('exit', (code) => ready.reject(new Error(`${target} ended with ${code}`)))
  // Reads the log completely, because a full pipe would block the process.
  createInterface(child.stdout).on('line', (line) => {
    if (new RegExp(`http://[^/]+:${port}\\b`).test(line)) ready.resolve()
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
