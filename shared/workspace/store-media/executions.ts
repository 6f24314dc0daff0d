import { randomUUID } from 'node:crypto'
import { mkdir, opendir, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { WorkspaceError } from '../../model/errors.ts'
import { containedPath, openContained } from './contained-file.ts'
import {
  heldBytes,
  ownDirectory,
  publish,
  removeDirectory,
  removeTree,
} from './execution-directory.ts'
import { parseExecutionId } from './execution-id.ts'
import { openLedger, type Ledger } from './ledger.ts'
import { stage, type StagedFile } from './staged-file.ts'

export interface ExecutionsOptions {
  /** Below it lie the directories of executions: `exec_file/{executionId}/`. */
  temporaryDirectory: string
  /** What the files of one execution may have together, in bytes. */
  maxExecutionBytes?: number
}

/** The directory of one execution, while a piece of work is done in it. */
export interface Execution {
  /** Aborted when the caller gives up, or the execution is cleaned. */
  signal: AbortSignal
  /** Writes a body where nobody sees it, counted against the execution's limit. */
  stage(body: Readable, maxBytes: number): Promise<StagedFile>
  /** Shows a staged file under a name of its own; resolves to that. */
  publish(staged: StagedFile, name: string): Promise<string>
  /** The path of a file in the directory, relative to it. Throws for a path that leads elsewhere. */
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
  /** Ends what is at work in an execution and removes its directory. One that is not there is no error. */
  clean(executionId: string): Promise<void>
}

interface Busy {
  ledger: Promise<Ledger>
  stop: AbortController
  running: Set<Promise<unknown>>
}

const defaultMaxBytes = 1024 * 1024 * 1024

/** What a crash has left is removed once nobody can be writing it any more. */
const abandonedMs = 24 * 3600 * 1000

/**
 * The directories of executions. Limits are exact for all that one process does: what an execution holds is counted on the
 * disk when work in it begins, and kept count of until it ends.
 */
export function openExecutions({
  temporaryDirectory,
  maxExecutionBytes = defaultMaxBytes,
}: ExecutionsOptions): Executions {
  const root = rootOf(temporaryDirectory)
  const hidden = join(root, '.incoming')
  const busy = new Map<string, Busy>()
  let prepared: Promise<void> | undefined
  const prepare = () =>
    (prepared ??= prepareDirectories(temporaryDirectory, root, hidden).catch((error: unknown) => {
      prepared = undefined
      throw error
    }))

  function begin(id: string): Busy {
    const ledger = prepare()
      .then(() => heldBytes(join(root, id)))
      .then((held) => openLedger(maxExecutionBytes, held))
    const begun = { ledger, stop: new AbortController(), running: new Set<Promise<unknown>>() }
    busy.set(id, begun)
    return begun
  }

  return {
    async within(executionId, given, work) {
      const id = parseExecutionId(executionId)
      const own = busy.get(id) ?? begin(id)
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
        if (own.running.size === 0 && busy.get(id) === own) busy.delete(id)
      }
    },
    async clean(executionId) {
      const id = parseExecutionId(executionId)
      const own = busy.get(id)
      own?.stop.abort(cleaned())
      if (own) await Promise.allSettled(own.running)
      await prepare()
      await removeDirectory(join(root, id), join(hidden, randomUUID()))
    },
  }
}

/** The directory of an execution, whether or not it is there. Throws `invalid-request` for a bad id. */
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
    // What cannot be removed stays: no execution is to suffer for that.
    await removeTree(path).catch(() => undefined)
  }
}

function cleaned(): WorkspaceError {
  return new WorkspaceError(
    'gone',
    'The execution was cleaned while this file was on its way. Store it again if it still runs.',
  )
}
