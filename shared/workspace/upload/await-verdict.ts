import type { FileRecord } from '../../model/file.ts'
import type { Caller } from '../../model/access.ts'
import { parseFileId } from '../../model/path.ts'
import type { Refusal } from '../../model/settlement.ts'
import type { Ports } from '../../ports/ports.ts'
import { settleRefusal } from './refusal.ts'
import { awaitSettledWithinLimit } from './limited-wait.ts'

export interface Wait {
  /** With 0, reads the record once. */
  seconds: number
  signal?: AbortSignal
}

/** The record of an upload, or the reason why `settle` refused it, with the record if the catalog kept it. */
type Settlement = { file: FileRecord } | { refusal: Refusal; file: FileRecord | undefined }

/** Waits up to `seconds` for the verdict on an upload. */
export async function awaitSettlement(
  { catalog }: Pick<Ports, 'catalog'>,
  { workspaceId, id }: Pick<FileRecord, 'workspaceId' | 'id'>,
  wait: Wait,
): Promise<Settlement> {
  const settled = wait.seconds > 0 && (await settledWithin(catalog, { workspaceId, id }, wait))
  // Reads the record only if waiting did not return it.
  const file = settled || (await catalog.get(workspaceId, id))
  if (file && (file.state !== 'ready' || file.supersededBy === null)) return { file }
  const refusal = await catalog.refusal(workspaceId, id)
  if (file && refusal === undefined) return { file }
  return { refusal: refusal ?? { code: 'gone' }, file }
}

/** Resolves to undefined if the time ends first. */
async function settledWithin(
  catalog: Ports['catalog'],
  file: Pick<FileRecord, 'workspaceId' | 'id'>,
  { seconds, signal }: Wait,
): Promise<FileRecord | undefined> {
  const deadline = AbortSignal.timeout(Math.ceil(seconds * 1000))
  const ends = signal ? AbortSignal.any([signal, deadline]) : deadline
  return awaitSettledWithinLimit(catalog, file, ends).catch((error: unknown) => {
    if (!deadline.aborted) throw error
    return undefined
  })
}

/**
 * Waits up to `seconds` for the verdict on an upload. Resolves to its record, which may still be pending. Throws the refusal
 * of `settle`; `precondition-failed` has the file.
 */
export async function awaitVerdict(
  ports: Pick<Ports, 'catalog'>,
  file: Pick<FileRecord, 'workspaceId' | 'id'>,
  wait: Wait,
): Promise<FileRecord> {
  const settlement = await awaitSettlement(ports, file, wait)
  if ('refusal' in settlement) throw settleRefusal(settlement.refusal, settlement.file)
  return settlement.file
}

/** Throws the refusal of an upload that left no record, for as long as the catalog keeps it. A cancelled upload throws nothing. */
export async function throwPastRefusal(
  { catalog }: Pick<Ports, 'catalog'>,
  { workspaceId }: Caller,
  id: string,
): Promise<void> {
  const fileId = parseFileId(id)
  const refusal = fileId && (await catalog.refusal(workspaceId, fileId))
  if (refusal && refusal.code !== 'gone') throw settleRefusal(refusal)
}
