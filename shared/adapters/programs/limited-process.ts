import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { ProcessEnd } from '../../ports/programs.ts'
import { watchMemory } from './memory-watch.ts'

/** Limits of one process, enforced by the kernel if it supports them (`ulimit`, getrlimit(2)). */
export interface ProcessLimits {
  /** `RLIMIT_DATA`, writable memory. Node reserves 650 MiB and uses 60 MiB. */
  dataBytes: number
  /** CPU time of all threads together. */
  cpuSeconds: number
  fileBytes: number
  openFiles: number
  /** Processes of the user in all programs, which is how Linux counts. */
  processes: number
}

export interface LimitedRun {
  program: string
  args: readonly string[]
  /** The process's working directory, home and temporary directory. */
  directory: string
  /** Additional environment variables. */
  environment?: Readonly<Record<string, string>>
  limits: ProcessLimits
  /** On abort, kills the process and its descendants. */
  signal: AbortSignal
  /** Limit of the standard output. */
  maxOutputBytes: number
}

/**
 * Sets the limits that the system supports and then executes the program. `ulimit` differs between shells: the number of processes
 * is `-p` or `-u`. A limit that is already lower does not change. The OOM killer selects this process first. Its scheduling
 * priority is low.
 */
const script = `
for limit in $LIMITS; do ulimit "-\${limit%%=*}" "\${limit#*=}" 2>/dev/null; done
echo 1000 2>/dev/null >/proc/self/oom_score_adj
unset LIMITS
exec nice -n 10 "$@"`

/** Exit status of a shell for a missing program (POSIX, "Exit Status for Commands"). */
const notFound = 127

const errorBytes = 4096

/** A running process, in a separate process group, within limits. */
export interface LimitedProcess {
  /** Resolves to how the process ended. Rejects only if no process can be started. */
  ended: Promise<ProcessEnd>
  /** Writes to its standard input. */
  write: (text: string) => void
  /** Kills the process and its descendants. */
  kill: (why: 'time' | 'memory' | 'output') => void
  /** Whether this program, at its end, waits for the process. Default: true. */
  awaitAtExit: (awaits: boolean) => void
}

/** Runs a program on an untrusted file, without the service's environment, until it ends. */
export async function runLimited({ signal, ...run }: LimitedRun): Promise<ProcessEnd> {
  return untilEnd(startLimited(run), signal)
}

/** Waits for a process, and kills it on abort. */
export async function untilEnd(started: LimitedProcess, signal: AbortSignal): Promise<ProcessEnd> {
  const abort = () => started.kill('time')
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await started.ended
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Starts a program without the service's environment. */
export function startLimited(run: Omit<LimitedRun, 'signal'>): LimitedProcess {
  const { directory, limits, maxOutputBytes } = run
  const child = spawn('/bin/sh', ['-c', script, 'sh', run.program, ...run.args], {
    cwd: directory,
    env: { ...environment(directory, limits), ...run.environment },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let killed: 'time' | 'memory' | 'output' | undefined
  const kill: LimitedProcess['kill'] = (why) => {
    killed ??= why
    if (child.pid !== undefined) killGroup(child.pid)
  }
  const { promise, resolve, reject } = Promise.withResolvers<[number | null, string | null]>()
  child.once('error', reject)
  child.once('close', (code, signalName) => resolve([code, signalName]))
  // A decoder exits when this pipe closes. Writing to it fails if the decoder exits first.
  child.stdin.on('error', () => undefined)
  const output = collect(child.stdout, maxOutputBytes, () => kill('output'))
  const errors = collect(child.stderr, errorBytes)
  const stopWatching =
    child.pid === undefined
      ? undefined
      : watchMemory(child.pid, limits.dataBytes, () => kill('memory'))
  const outcome = async (): Promise<ProcessEnd> => {
    try {
      const [code, signalName] = await promise
      if (killed) return { how: killed }
      const errorText = errors().toString()
      if (code === null)
        return { how: 'signal', signal: signalName ?? 'unknown', errors: errorText }
      if (code === notFound) return { how: 'missing' }
      return { how: 'exit', code, output: output(), errors: errorText }
    } finally {
      stopWatching?.()
      // Ends descendants that still run.
      if (child.pid !== undefined) killGroup(child.pid)
    }
  }
  return {
    ended: outcome(),
    write: (text) => void child.stdin.write(text),
    kill,
    awaitAtExit(awaits) {
      // The pipes of a child process are sockets.
      for (const handle of [
        child,
        child.stdin,
        child.stdout,
        child.stderr,
      ] as unknown as Socket[]) {
        if (awaits) handle.ref()
        else handle.unref()
      }
    },
  }
}

function environment(directory: string, limits: ProcessLimits): NodeJS.ProcessEnv {
  const kibibyte = 1024
  // POSIX counts the size of files in blocks of 512 bytes.
  const block = 512
  const rules = {
    c: 0,
    d: limits.dataBytes / kibibyte,
    f: limits.fileBytes / block,
    n: limits.openFiles,
    p: limits.processes,
    t: limits.cpuSeconds,
    u: limits.processes,
  }
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: directory,
    TMPDIR: directory,
    LIMITS: Object.entries(rules)
      .map(([name, value]) => `${name}=${Math.ceil(value)}`)
      .join(' '),
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has ended.
  }
}

/** Reads a stream to its end. Returns a function that returns the first `maxBytes` bytes. */
function collect(stream: Readable, maxBytes: number, exceeded?: () => void): () => Buffer {
  const chunks: Buffer[] = []
  let bytes = 0
  stream.on('error', () => undefined)
  stream.on('data', (chunk: Buffer) => {
    if (bytes + chunk.length > maxBytes) exceeded?.()
    if (bytes < maxBytes) chunks.push(chunk.subarray(0, maxBytes - bytes))
    bytes += chunk.length
  })
  return () => Buffer.concat(chunks)
}
