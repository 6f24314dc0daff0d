import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { compileCache } from '../compile-cache.ts'

const program = fileURLToPath(new URL('../../../functions/host/render-host.ts', import.meta.url))

export interface RenderProcess extends AsyncDisposable {
  origin: string
  /** All log lines. */
  lines: string[]
  stop(signal: NodeJS.Signals): Promise<void>
}

/** Starts the service `render` in a separate process with the command of its image. */
export async function startRenderProcess(port = 0): Promise<RenderProcess> {
  const child = spawn(process.execPath, [program], {
    env: { ...compileCache, PATH: process.env['PATH'], PORT: `${port}`, SHUTDOWN_SECONDS: '5' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const ready = Promise.withResolvers<string>()
  child.once('exit', (code) => ready.reject(new Error(`render ended with ${code}`)))
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    const origin = /ready at (http:\/\/[^"]+)/.exec(line)?.[1]
    if (origin !== undefined) ready.resolve(origin)
  })
  const stop = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return {
    origin: await ready.promise,
    lines,
    stop,
    [Symbol.asyncDispose]: () => stop('SIGKILL'),
  }
}
