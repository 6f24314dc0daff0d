import type { FileRecord } from '../../model/file.ts'
import type { RefusalCode } from '../../model/settlement.ts'
import type { Ports } from '../../ports/ports.ts'
import { settleRefusal } from './refusal.ts'
import { awaitSettledWithinLimit } from './limited-wait.ts'

export interface Wait {
  /** With 0, reads the record once. */
  seconds: number
  signal?: AbortSignal
}

/** The record of an upload, or the reason why `settle` refused it, with the record if the catalog kept it. */
type Settlement = { file: FileRecord } | { refusal: RefusalCode; file: FileRecord | undefined }

/** Waits up to `seconds` for the verdict on an upload. */
export async function awaitSettlement(
  { catalog }: Pick<Ports, 'catalog'>,
  { workspaceId, id }: Pick<FileRecord, 'workspaceId' | 'id'>,
  { seconds, signal }: Wait,
): Promise<Settlement> {
  const deadline = AbortSignal.timeout(Math.ceil(seconds * 1000))
  if (seconds > 0) {
    const ends = signal ? AbortSignal.any([signal, deadline]) : deadline
    await awaitSettledWithinLimit(catalog, { workspaceId, id }, ends).catch((error: unknown) => {
      if (!deadline.aborted) throw error
    })
  }
  const file = await catalog.get(workspaceId, id)
  if (file && (file.state !== 'ready' || file.supersededBy === null)) return { file }
  const refusal = await catalog.refusal(workspaceId, id)
  if (file && refusal === undefined) return { file }
  return { refusal: refusal ?? 'gone', file }
}

/**
 * Waits up to `seconds` for the verdict on an upload. Resolves to its record in whatever state it has then. Throws the
 * refusal of `settle`; `precondition-failed` has the file.
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
