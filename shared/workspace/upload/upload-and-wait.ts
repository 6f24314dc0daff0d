import type { Caller } from '../../model/access.ts'
import type { WorkspaceError } from '../../model/errors.ts'
import type { FileRecord, PendingFile, ReadyFile } from '../../model/file.ts'
import type { Ports } from '../../ports/ports.ts'
import { deleteBytes } from '../delete-bytes.ts'
import { notServed } from '../read.ts'
import { awaitSettlement, type Wait } from './await-verdict.ts'
import { settleRefusal } from './refusal.ts'
import { upload, type Upload, type UploadPorts } from './upload.ts'

/** The state of an upload when the wait for its verdict ends. `refused`: by the scanner or by `settle`. */
export type UploadOutcome =
  | { outcome: 'ready'; file: ReadyFile }
  | { outcome: 'pending'; file: PendingFile }
  | { outcome: 'refused'; error: WorkspaceError }

/** Stores the bytes of one file and waits for the verdict. Throws the errors of `upload` and of the stores. */
export async function uploadAndWait(
  ports: UploadPorts,
  caller: Caller,
  request: Upload,
  wait: Wait,
): Promise<UploadOutcome> {
  return awaitOutcome(ports, await upload(ports, caller, request), wait)
}

/**
 * Waits for the verdict on bytes that have just been stored. If their record is gone, because the upload was cancelled
 * while the bytes arrived, deletes the bytes: no quota counts them.
 */
export async function awaitOutcome(
  ports: Pick<Ports, 'catalog' | 'blobs'>,
  file: PendingFile,
  wait: Wait,
): Promise<UploadOutcome> {
  const settlement = await awaitSettlement(ports, file, wait)
  if (!('refusal' in settlement)) return outcomeOf(settlement.file)
  if (!settlement.file) await deleteBytes(ports, [file])
  return { outcome: 'refused', error: settleRefusal(settlement.refusal, settlement.file) }
}

export function outcomeOf(file: FileRecord): UploadOutcome {
  if (file.state === 'ready') return { outcome: 'ready', file }
  if (file.state === 'pending') return { outcome: 'pending', file }
  return { outcome: 'refused', error: notServed(file) }
}
