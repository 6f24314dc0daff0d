import type { Settlement } from './verdict.ts'
import type { ErrorCode } from './errors.ts'
import type { FileRecord, InfectedFile, PendingFile, ReadyFile, UnscannableFile } from './file.ts'
import type { Usage } from './usage.ts'
import { fits } from './reservation.ts'
import { settled, trashed } from './transitions.ts'

export type RefusalCode = Extract<
  ErrorCode,
  | 'digest-mismatch'
  | 'size-mismatch'
  | 'too-large'
  | 'quota-exceeded'
  | 'precondition-failed'
  | 'gone'
>

/** Why a pending file did not become the owner of its path. */
export interface Refusal {
  code: RefusalCode
  /** Of a `size-mismatch`. */
  sizes?: { announcedBytes: number; storedBytes: number }
}

export interface SettleResult {
  /** The record after settle. Undefined if it was removed or never existed. */
  file: ReadyFile | InfectedFile | UnscannableFile | undefined
  /** False if there was no pending file to settle. */
  settled: boolean
  refusal?: RefusalCode
  /** Files purged to make room in the trash, at most `maxPurgedAtOnce`. The caller deletes their bytes. */
  purged: FileRecord[]
}

/** The state that a catalog reads in the transaction of `settle`. */
interface SettleFacts {
  /** The owner of the pending file's path. */
  owner: ReadyFile | undefined
  /** The counters, which still include the pending file's reservation. */
  usage: Usage
  now: Date
}

interface SettleDecision {
  /** The record that replaces the pending file. Undefined removes it. */
  file: SettleResult['file']
  /** The record of the previous owner in the trash. */
  displaced?: ReadyFile
  refusal?: Refusal
}

/** The rule of `Catalog.settle`: decides on a pending file and on the file that it replaces. */
export function settlement(
  pending: PendingFile,
  outcome: Settlement,
  { owner, usage, now }: SettleFacts,
): SettleDecision {
  const { expectedChecksum, maxBytes, replaces, reservedBytes, uploadId } = pending.reservation
  if (uploadId !== undefined && outcome.sizeBytes < maxBytes) {
    const sizes = { announcedBytes: maxBytes, storedBytes: outcome.sizeBytes }
    return { file: undefined, refusal: { code: 'size-mismatch', sizes } }
  }
  if (expectedChecksum !== undefined && expectedChecksum !== outcome.checksum) {
    return { file: undefined, refusal: { code: 'digest-mismatch' } }
  }
  if (outcome.sizeBytes > maxBytes) return { file: undefined, refusal: { code: 'too-large' } }
  const file = settled(pending, outcome, now)
  if (file.state !== 'ready') return { file }
  if (replaces !== undefined && !isOwner(owner, replaces)) {
    // Without an owner, `supersededBy` names the file to be replaced, or for `*` this file itself.
    const supersededBy = owner?.id ?? (replaces === '*' ? file.id : replaces)
    return { file: trashed(file, supersededBy, now), refusal: { code: 'precondition-failed' } }
  }
  if (owner !== undefined && owner.sequence > file.sequence) {
    return { file: trashed(file, owner.id, now) }
  }
  const others = { ...usage, reservedBytes: usage.reservedBytes - reservedBytes }
  if (!fits(others, file.sizeBytes - (owner?.sizeBytes ?? 0))) {
    return { file: undefined, refusal: { code: 'quota-exceeded' } }
  }
  return owner === undefined ? { file } : { file, displaced: trashed(owner, file.id, now) }
}

function isOwner(owner: ReadyFile | undefined, replaces: string): boolean {
  return owner !== undefined && (replaces === '*' || replaces === owner.id)
}
