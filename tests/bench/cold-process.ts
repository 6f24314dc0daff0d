import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../support/free-port.ts'

const framework = fileURLToPath(import.meta.resolve('@google-cloud/functions-framework'))
const frameworkProgram = join(framework, '..', 'main.js')

const startDeadlineMs = 30_000
const pollMs = 2

/** `sysconf(_SC_CLK_TCK)` of Linux on all of Node's platforms. */
const ticksPerSecond = 100

export interface ColdFunction {
  target: string
  /** The directory of the function's package, for the Functions Framework. Without it `program` serves the function. */
  source?: string
  /** Default: the Functions Framework. */
  program?: string
  signature?: 'http' | 'cloudevent'
  env?: Record<string, string>
  /** Sends the first request. Throws unless the response is the expected one. */
  ask: (origin: string) => Promise<void>
}

export interface ColdStart {
  /** From the start of the process to the end of the first answer. */
  seconds: number
  /** The processor time of all threads until then (proc_pid_stat(5)). */
  cpuSeconds: number
  /** Resident memory at that time (`VmRSS`, proc_pid_status(5)). */
  memoryBytes: number
}

/** Starts a function, sends one request as soon as it listens, and ends it like the platform. */
export async function coldStart(cold: ColdFunction): Promise<ColdStart> {
  const {
    target,
    source = '',
    program = frameworkProgram,
    signature = 'http',
    env = {},
    ask,
  } = cold
  const port = await freePort()
  const startedAt = performance.now()
  const child = spawn(process.execPath, [program, `--signature-type=${signature}`], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      FUNCTION_TARGET: target,
      FUNCTION_SOURCE: source,
      PORT: `${port}`,
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  try {
    while (!(await listens(port))) {
      if (child.exitCode !== null) throw new Error(`${target} ended with ${child.exitCode}`)
      if (performance.now() - startedAt > startDeadlineMs) throw new Error(`${target} is too slow`)
      await delay(pollMs)
    }
    await ask(`http://127.0.0.1:${port}`)
    const seconds = (performance.now() - startedAt) / 1000
    const [stat, status] = await Promise.all([
      readFile(`/proc/${child.pid}/stat`, 'utf8'),
      readFile(`/proc/${child.pid}/status`, 'utf8'),
    ])
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
    return { seconds, cpuSeconds: cpuSeconds(stat), memoryBytes: Number(kib) * 1024 }
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

/** `utime` and `stime`, the 14th and 15th field. The second is the name in parentheses, which may contain spaces. */
function cpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const connected = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false)
  socket.destroy()
  return connected
}
