import { randomUUID } from 'node:crypto'
import { mkdir, opendir, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { WorkspaceError } from '../../model/errors.ts'
import { containedPath, openContained } from './contained-file.ts'
import {
  directoryBytes,
  ownDirectory,
  publish,
  removeDirectory,
  removeTree,
} from './execution-directory.ts'
import { parseExecutionId } from './execution-id.ts'
import { openLedger, type Ledger } from './ledger.ts'
import { stage, type StagedFile } from './staged-file.ts'

export interface ExecutionsOptions {
  /** Contains the directories of executions: `exec_file/{executionId}/`. */
  temporaryDirectory: string
  /** Limit for the files of one execution together; default 1 GiB. */
  maxExecutionBytes?: number
}

/** The directory of one execution during one operation. */
export interface Execution {
  /** Aborted when the caller aborts or the execution is cleaned. */
  signal: AbortSignal
  /** Writes a body to a hidden file. Counts it against the execution's limit. */
  stage(body: Readable, maxBytes: number): Promise<StagedFile>
  /** Moves a staged file into the directory under a free name. Resolves to that name. */
  publish(staged: StagedFile, name: string): Promise<string>
  /** Returns the relative path of a file in the directory. Throws for a path outside it. */
  locate(path: string): Promise<string>
  /** Opens a file in the directory by its located path. */
  open(path: string): Promise<FileHandle>
}

export interface Executions {
  within<Result>(
    executionId: string,
    signal: AbortSignal | undefined,
    work: (execution: Execution) => Promise<Result>,
  ): Promise<Result>
  /** Creates the directory of an execution. Resolves to its path. */
  prepare(executionId: string): Promise<string>
  /** Aborts the operations of an execution and removes its directory. A missing directory is no error. */
  clean(executionId: string): Promise<void>
}

interface ActiveExecution {
  ledger: Promise<Ledger>
  stop: AbortController
  running: Set<Promise<unknown>>
}

const defaultMaxBytes = 1024 * 1024 * 1024

/** The age at which a hidden file must be left over from a crash. */
const abandonedMs = 24 * 3600 * 1000

/**
 * Manages the directories of executions. The limits are exact within one process: the size of a directory is measured when
 * its first operation starts, and counted until its last one ends.
 */
export function openExecutions({
  temporaryDirectory,
  maxExecutionBytes = defaultMaxBytes,
}: ExecutionsOptions): Executions {
  const root = rootOf(temporaryDirectory)
  const hidden = join(root, '.incoming')
  const active = new Map<string, ActiveExecution>()
  let prepared: Promise<void> | undefined
  const prepare = () =>
    (prepared ??= prepareDirectories(temporaryDirectory, root, hidden).catch((error: unknown) => {
      prepared = undefined
      throw error
    }))

  function begin(id: string): ActiveExecution {
    const ledger = prepare()
      .then(() => directoryBytes(join(root, id)))
      .then((storedBytes) => openLedger(maxExecutionBytes, storedBytes))
    const started = { ledger, stop: new AbortController(), running: new Set<Promise<unknown>>() }
    active.set(id, started)
    return started
  }

  return {
    async within(executionId, given, work) {
      const id = parseExecutionId(executionId)
      const own = active.get(id) ?? begin(id)
      const signal = given ? AbortSignal.any([given, own.stop.signal]) : own.stop.signal
      const run = (async () => {
        const ledger = await own.ledger
        return work({
          signal,
          stage: (body, maxBytes) => stage(body, { directory: hidden, maxBytes, ledger, signal }),
          async publish(staged, name) {
            signal.throwIfAborted()
            const shown = await publish(staged.path, join(root, id), name)
            staged.keep()
            return shown
          },
          locate: (path) => containedPath(join(root, id), path),
          open: (path) => openContained(join(root, id), path),
        })
      })()
      own.running.add(run)
      try {
        return await run
      } finally {
        own.running.delete(run)
        if (own.running.size === 0 && active.get(id) === own) active.delete(id)
      }
    },
    async prepare(executionId) {
      const directory = join(root, parseExecutionId(executionId))
      await prepare()
      await ownDirectory(directory)
      return directory
    },
    async clean(executionId) {
      const id = parseExecutionId(executionId)
      const own = active.get(id)
      own?.stop.abort(cleaned())
      if (own) await Promise.allSettled(own.running)
      await prepare()
      await removeDirectory(join(root, id), join(hidden, randomUUID()))
    },
  }
}

/** Returns the directory of an execution, which may not exist. Throws `invalid-request` for an invalid id. */
export function directoryOf(temporaryDirectory: string, executionId: string): string {
  return join(rootOf(temporaryDirectory), parseExecutionId(executionId))
}

function rootOf(temporaryDirectory: string): string {
  return join(temporaryDirectory, 'exec_file')
}

async function prepareDirectories(temporary: string, root: string, hidden: string): Promise<void> {
  await mkdir(temporary, { recursive: true })
  await ownDirectory(root)
  await ownDirectory(hidden)
  const before = Date.now() - abandonedMs
  for await (const { name } of await opendir(hidden)) {
    const path = join(hidden, name)
    const found = await stat(path).catch(() => undefined)
    if (!found || found.mtimeMs >= before) continue
    // Keeps a file that cannot be removed; executions do not depend on it.
    await removeTree(path).catch(() => undefined)
  }
}

function cleaned(): WorkspaceError {
  return new WorkspaceError(
    'gone',
    'The execution was cleaned while this file was being stored. Store it again if the execution still runs.',
  )
}
