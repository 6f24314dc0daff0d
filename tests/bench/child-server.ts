import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const startDeadlineMs = 30_000
const stopDeadlineMs = 30_000
const loopDelay = new URL('servers/loop-delay.ts', import.meta.url).href

/** One server in a separate process, which shares its heap and thread with no client or other server. */
export interface ChildServer extends AsyncDisposable {
  /** Origin, without a slash at the end. */
  url: string
  /** Peak resident memory in bytes since the process started (`VmHWM`, proc_pid_status(5)). */
  peakMemoryBytes(): Promise<number>
  /** The 99th percentile of the event-loop delay since the previous call. */
  loopDelaySeconds(): Promise<number>
}

interface StartOptions {
  args?: string[]
  env?: Record<string, string>
}

/** Starts a program, named relative to this folder, that prints `… ready at http://…` once it serves. */
export async function startServer(
  program: string,
  { args = [], env = {} }: StartOptions = {},
): Promise<ChildServer> {
  const file = fileURLToPath(new URL(program, import.meta.url))
  const flags = process.env['BENCH_NODE_FLAGS']?.split(' ') ?? []
  const child = spawn(process.execPath, [...flags, '--import', loopDelay, file, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  child.on('exit', (code, signal) => {
    if (!child.killed) console.error(`${program} ended by itself with ${signal ?? code}`)
  })
  try {
    return {
      url: await readyUrl(child, program),
      peakMemoryBytes: () => peakMemoryBytes(child),
      loopDelaySeconds: () => loopDelaySeconds(child),
      [Symbol.asyncDispose]: () => stop(child),
    }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

async function readyUrl(child: ChildProcess, program: string): Promise<string> {
  const { stdout } = child
  if (stdout === null) throw new Error('the server has no standard output')
  const signal = AbortSignal.timeout(startDeadlineMs)
  const lines = createInterface({ input: stdout, signal })
  for await (const line of lines) {
    const url = / ready at (http:\/\/[^\s"\\/]+)/.exec(line)?.[1]
    if (url === undefined) continue
    lines.close()
    // Discard its further output, so that reading it costs the client no time.
    stdout.resume()
    return url
  }
  throw new Error(`${program} ended, or took too long, before it was ready`)
}

async function peakMemoryBytes({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kib === undefined) throw new Error(`no VmHWM in /proc/${pid}/status`)
  return Number(kib) * 1024
}

async function loopDelaySeconds(child: ChildProcess): Promise<number> {
  child.send('loop delay')
  const [seconds] = (await once(child, 'message')) as [number]
  return seconds
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs)
  await ended
  clearTimeout(late)
}
