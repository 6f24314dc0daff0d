import { setTimeout } from 'node:timers/promises'
import type { Readable } from 'node:stream'
import type { Caller } from '../../model/access.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { Metadata, ReadyFile } from '../../model/file.ts'
import type { WorkspacePath } from '../../model/ids.ts'
import { nameOf } from '../../model/path.ts'
import { assertMatches, type IfMatch } from '../../model/precondition.ts'
import { remove } from '../delete.ts'
import { readContent, type Content } from '../read.ts'
import { uploadAndWait, type UploadOutcome } from '../upload/upload-and-wait.ts'
import type { UploadPorts } from '../upload/upload.ts'

/** The next version of a text. */
export interface NextVersion {
  body: Readable
  sizeBytes: number
  mimeType: string
  metadata: Metadata
}

export interface TextChange<Next extends NextVersion> {
  path: WorkspacePath
  /** The version that the caller knows. Without it, the change is made to any version. */
  ifMatch?: IfMatch | undefined
  /** Makes the next version of the present one. Undefined stands for a path without a ready file. Called again after a conflict. */
  next: (present: Content | undefined) => Promise<Next | undefined>
  /** How long to wait for the verdict on the new version. */
  waitSeconds: number
  signal: AbortSignal
}

/** The outcome of a version that is not refused. */
export type StoredOutcome = Exclude<UploadOutcome, { outcome: 'refused' }>

export interface TextChanged<Next extends NextVersion> {
  outcome: StoredOutcome
  replaced: ReadyFile | undefined
  next: Next
}

/** How long a change is retried after conflicts with other writers. */
const retryMs = 30_000
const firstPauseMs = 30
const maxPauseMs = 1000

/**
 * Replaces the text at a path by its next version, if no other writer changes it in between: compare and set. Without `ifMatch` the
 * change is made again to the version of the other writer, so that neither is lost. Throws the refusal of a version. Resolves to undefined if `next` does.
 */
export async function changeText<Next extends NextVersion>(
  ports: UploadPorts,
  caller: Caller,
  change: TextChange<Next>,
): Promise<TextChanged<Next> | undefined> {
  const deadline = performance.now() + retryMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(maxPauseMs, 2 * pauseMs)) {
    const present = await readyAt(ports, caller, change.path)
    if (present || change.ifMatch !== undefined) assertVersion(present, change.ifMatch)
    const next = await change.next(present)
    if (next === undefined) return undefined
    const attempt = await replace(ports, caller, { ...change, present, next })
    const mayRetry = change.ifMatch === undefined && performance.now() < deadline
    if (!isOvertaken(attempt) || !mayRetry) {
      if ('error' in attempt) throw attempt.error
      return { outcome: attempt, replaced: present?.file, next }
    }
    await setTimeout(pauseMs * (0.5 + Math.random()), undefined, { signal: change.signal })
  }
}

type Attempt = StoredOutcome | { error: unknown }

interface Replacement<Next extends NextVersion> extends TextChange<Next> {
  present: Content | undefined
}

async function replace<Next extends NextVersion>(
  ports: UploadPorts,
  caller: Caller,
  { path, present, next, waitSeconds, signal }: Omit<Replacement<Next>, 'next'> & { next: Next },
): Promise<Attempt> {
  const { body, sizeBytes, mimeType, metadata } = next
  const request = {
    name: nameOf(path),
    mimeType,
    body,
    sizeBytes,
    target: {
      path,
      mimeType,
      metadata,
      origin: 'agent-created' as const,
      ...(present
        ? { onConflict: 'replace' as const, mustReplace: [present.file.checksum] }
        : { onConflict: 'fail' as const }),
    },
    signal,
  }
  try {
    const outcome = await uploadAndWait(ports, caller, request, { seconds: waitSeconds, signal })
    if (outcome.outcome !== 'refused') return outcome
    const { error } = outcome
    if (error.code === 'precondition-failed') await purge(ports, caller, error)
    return { error }
  } catch (error) {
    return { error }
  } finally {
    body.destroy()
  }
}

/** Purges a version that lost to another writer, because it would fill the trash. */
async function purge(ports: UploadPorts, caller: Caller, { file }: WorkspaceError): Promise<void> {
  if (file) await remove(ports, caller, { id: file.id }, { purge: true })
}

/** Whether another writer has changed the path since the present version was read. */
function isOvertaken(attempt: Attempt): boolean {
  const error = 'error' in attempt ? attempt.error : undefined
  if (!(error instanceof WorkspaceError)) return false
  return error.code === 'precondition-failed' || error.code === 'path-taken'
}

/** The content of the ready file at a path. Undefined for a path without one. */
async function readyAt(
  ports: UploadPorts,
  caller: Caller,
  path: WorkspacePath,
): Promise<Content | undefined> {
  const file = await ports.catalog.getByPath(caller.workspaceId, path)
  if (file?.state !== 'ready' || file.isDeleted) return undefined
  return readContent(ports, caller, { id: file.id })
}

function assertVersion(present: Content | undefined, ifMatch: IfMatch | undefined): void {
  if (present) {
    assertMatches(present.file, ifMatch)
    return
  }
  throw new WorkspaceError('precondition-failed', 'There is no file at this path to match.')
}
