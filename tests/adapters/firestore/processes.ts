import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('writer.ts', import.meta.url))

export interface Writers {
  projectId: string
  processes: number
  /** Uploads of each process to separate paths. */
  uploads: number
  /** Uploads of each process to one common path. */
  overwrites: number
  execArgv?: string[]
}

export interface Written {
  /** Time from the first change to the last. */
  seconds: number
  /** The codes of the changes that failed. */
  failures: string[]
  /** The standard output of the processes. */
  outputs: string[]
}

/** Runs several processes that change one workspace concurrently, on the emulator of the environment. */
export async function runWriters(writers: Writers): Promise<Written> {
  const { projectId, processes, uploads, overwrites, execArgv = [] } = writers
  const children = Array.from({ length: processes }, (_, i) =>
    fork(program, [projectId, `writer-${i}`, `${uploads}`, `${overwrites}`], {
      execArgv,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    }),
  )
  try {
    const outputs = children.map(({ stdout }) => text(stdout as Readable))
    const ended = children.map((child) => once(child, 'exit'))
    await Promise.all(children.map(messageOf))
    const startedAt = performance.now()
    const answers = children.map(messageOf)
    for (const child of children) child.send('begin')
    const failures = (await Promise.all(answers)) as string[][]
    const seconds = (performance.now() - startedAt) / 1000
    await Promise.all(ended)
    return { seconds, failures: failures.flat(), outputs: await Promise.all(outputs) }
  } finally {
    for (const child of children) child.kill()
  }
}

/** The next message of a process. Throws if the process ends before. */
async function messageOf(child: ChildProcess): Promise<unknown> {
  const given = new AbortController()
  const { signal } = given
  const failed = once(child, 'exit', { signal }).then(([code]: unknown[]) => {
    throw new Error(`A writer ended with ${String(code)}`)
  })
  failed.catch(() => undefined)
  try {
    const [message] = (await Promise.race([
      once(child, 'message', { signal }),
      failed,
    ])) as unknown[]
    return message
  } finally {
    given.abort()
  }
}
