import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { bundle } from '../support/bundle.ts'
import type { CrashAt } from './crash-points.ts'

const startDeadlineMs = 60_000
const keptLogLines = 200

/** One process of the crashing server, over a directory that remains. */
export interface ServerProcess extends AsyncDisposable {
  /** Resolves to the origin when the server is ready. Rejects if the process ends before. */
  ready: Promise<string>
  /** Resolves when the sweep at the start has ended. Rejects if the process ends before. */
  swept: Promise<void>
  /** The crash point at which the process died, or how it ended otherwise. */
  ended: Promise<string>
  /**
   * Restarts counting crash points, and crashes at `crashAt`. Returns the labels of those passed since the last call. With
   * `signaturesAt` it also starts to rescan all files, with signatures of that instant.
   */
  rearm(crashAt?: CrashAt, signaturesAt?: string): Promise<string[]>
  /** `kill -9`. */
  kill(): Promise<void>
  /** The last lines of its output. */
  log(): string
}

export interface StartOptions {
  directory: string
  /** The bundled crashing server. */
  program: string
  env?: Record<string, string>
  /** Counted from the start of the process. */
  crashAt?: number
}

/** Bundles the server with crash points, because a bundle starts in half the time. */
export async function bundleServer(): Promise<{ program: string } & AsyncDisposable> {
  const { directory, ...bundled } = await bundle('tests/crash/crashing-server.ts')
  return { program: join(directory, 'crashing-server.js'), ...bundled }
}

export function startProcess({ directory, program, env, crashAt }: StartOptions): ServerProcess {
  const child = fork(program, {
    env: {
      PATH: process.env['PATH'],
      HOST: '127.0.0.1',
      PORT: '0',
      WORKSPACE_STORAGE_DIR: directory,
      ...(crashAt !== undefined && { CRASH_AT: `${crashAt}` }),
      ...env,
    },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const lines: string[] = []
  const ready = Promise.withResolvers<string>()
  const swept = Promise.withResolvers<void>()
  let diedAt: string | undefined
  onLines(child, ({ line }) => {
    lines.push(line)
    if (lines.length > keptLogLines) lines.shift()
    diedAt ??= /^crash point .*/.exec(line)?.[0]
    const origin = /ready at (http:\/\/\S+)/.exec(line)?.[1]
    if (origin !== undefined) ready.resolve(origin)
    if (line.includes('"message":"Swept"')) swept.resolve()
  })
  // Not `exit`, because its last output may still be in the pipes.
  const ended = once(child, 'close').then(
    ([code, signal]: unknown[]) => diedAt ?? `ended with ${String(code ?? signal)}`,
  )
  const timer = setTimeout(() => child.kill('SIGKILL'), startDeadlineMs)
  const stop = () => clearTimeout(timer)
  void Promise.all([ready.promise, swept.promise]).then(stop, stop)
  const fail = (how: string) => {
    const error = new Error(`The server ended before it was ready (${how}):\n${lines.join('\n')}`)
    ready.reject(error)
    swept.reject(error)
  }
  void ended.then(fail)
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return {
    ready: ready.promise,
    swept: swept.promise,
    ended,
    rearm: (...rearming) => {
      const died = ended.then((how) => {
        throw new Error(`The server ended (${how}):\n${lines.join('\n')}`)
      })
      return Promise.race([rearm(child, rearming), died])
    },
    kill,
    log: () => lines.join('\n'),
    [Symbol.asyncDispose]: kill,
  }
}

async function rearm(
  child: ChildProcess,
  [crashAt, signaturesAt]: Parameters<ServerProcess['rearm']>,
): Promise<string[]> {
  const answered = once(child, 'message', { signal: AbortSignal.timeout(startDeadlineMs) })
  child.send({ crashAt, signaturesAt })
  const [labels] = (await answered) as [string[]]
  return labels
}

function onLines(child: ChildProcess, listen: (entry: { line: string }) => void): void {
  for (const stream of [child.stdout, child.stderr] as Readable[]) {
    createInterface(stream).on('line', (line) => listen({ line }))
  }
}
