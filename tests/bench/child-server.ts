import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const startDeadlineMs = 30_000
const stopDeadlineMs = 30_000
/** `sysconf(_SC_CLK_TCK)` on Linux. */
const ticksPerSecond = 100
const loopDelay = new URL('servers/loop-delay.ts', import.meta.url).href

/** One server in a separate process, which shares its heap and thread with no client or other server. */
export interface ChildServer extends AsyncDisposable {
  /** Origin, without a slash at the end. */
  url: string
  /** Resident memory in bytes (`VmRSS`, proc_pid_status(5)). */
  memoryBytes(): Promise<number>
  /** Peak resident memory in bytes since the process started (`VmHWM`). */
  peakMemoryBytes(): Promise<number>
  /** Time of the processor that all threads of the process have used, in steps of 10 ms (proc_pid_stat(5)). */
  cpuSeconds(): Promise<number>
}

/** A server whose event loop is observed. */
export interface NodeServer extends ChildServer {
  /** The 99th percentile of the event-loop delay since the previous call. */
  loopDelaySeconds(): Promise<number>
}

interface StartOptions {
  args?: string[]
  env?: Record<string, string>
}

/** Starts a program for Node, named relative to this folder, that prints `… ready at http://…` once it serves. */
export async function startServer(
  program: string,
  { args = [], env = {} }: StartOptions = {},
): Promise<NodeServer> {
  const file = fileURLToPath(new URL(program, import.meta.url))
  const flags = process.env['BENCH_NODE_FLAGS']?.split(' ') ?? []
  const child = spawn(process.execPath, [...flags, '--import', loopDelay, file, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  return { ...(await served(child, program)), loopDelaySeconds: () => loopDelaySeconds(child) }
}

/** Starts any program that prints `… ready at http://…` once it serves. */
export function startProgram(
  program: string,
  { args = [], env = {} }: StartOptions = {},
): Promise<ChildServer> {
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return served(child, program)
}

async function served(child: ChildProcess, program: string): Promise<ChildServer> {
  child.on('exit', (code, signal) => {
    if (!child.killed) console.error(`${program} ended by itself with ${signal ?? code}`)
  })
  try {
    return {
      url: await readyUrl(child, program),
      memoryBytes: () => memoryBytes(child, 'VmRSS'),
      peakMemoryBytes: () => memoryBytes(child, 'VmHWM'),
      cpuSeconds: () => cpuSeconds(child),
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

async function memoryBytes({ pid }: ChildProcess, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (kib === undefined) throw new Error(`no ${field} in /proc/${pid}/status`)
  return Number(kib) * 1024
}

async function cpuSeconds({ pid }: ChildProcess): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The second field is the name of the program, in parentheses.
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number)
  return ((user ?? 0) + (system ?? 0)) / ticksPerSecond
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
