import type { Settlement } from './verdict.ts'
import type { ErrorCode } from './errors.ts'
import type { FileRecord, InfectedFile, PendingFile, ReadyFile, UnscannableFile } from './file.ts'
import type { Usage } from './usage.ts'
import { fits } from './reservation.ts'
import { settled, trashed } from './transitions.ts'

export type RefusalCode = Extract<
  ErrorCode,
  'digest-mismatch' | 'too-large' | 'quota-exceeded' | 'precondition-failed' | 'gone'
>

export interface SettleResult {
  /** The record after settle; undefined where it was removed or never was. */
  file: ReadyFile | InfectedFile | UnscannableFile | undefined
  /** False when there was no pending file to settle. */
  settled: boolean
  refusal?: RefusalCode
  /** Records that left the trash to make room, at most `maxPurgedAtOnce`: their bytes are to be deleted. */
  purged: FileRecord[]
}

/** What a catalog knows in the transaction that settles. */
interface SettleFacts {
  /** The owner of the pending file's path. */
  owner: ReadyFile | undefined
  /** The counters, the pending file's reservation still among them. */
  usage: Usage
  now: Date
}

interface SettleDecision {
  /** The record to write in the pending file's place; undefined removes it. */
  file: SettleResult['file']
  /** The owner that gives way, as it is in the trash. */
  displaced?: ReadyFile
  refusal?: RefusalCode
}

/** The rule of `Catalog.settle`: what becomes of a pending file, and of the one that it replaces. */
export function settlement(
  pending: PendingFile,
  outcome: Settlement,
  { owner, usage, now }: SettleFacts,
): SettleDecision {
  const { expectedChecksum, maxBytes, replaces, reservedBytes } = pending.reservation
  if (expectedChecksum !== undefined && expectedChecksum !== outcome.checksum) {
    return { file: undefined, refusal: 'digest-mismatch' }
  }
  if (outcome.sizeBytes > maxBytes) return { file: undefined, refusal: 'too-large' }
  const file = settled(pending, outcome, now)
  if (file.state !== 'ready') return { file }
  if (replaces !== undefined && !isOwner(owner, replaces)) {
    // Superseded needs a file to name: where nothing owns the path, the one it was to replace, or with `*` itself.
    const supersededBy = owner?.id ?? (replaces === '*' ? file.id : replaces)
    return { file: trashed(file, supersededBy, now), refusal: 'precondition-failed' }
  }
  if (owner !== undefined && owner.sequence > file.sequence) {
    return { file: trashed(file, owner.id, now) }
  }
  const others = { ...usage, reservedBytes: usage.reservedBytes - reservedBytes }
  if (!fits(others, file.sizeBytes - (owner?.sizeBytes ?? 0))) {
    return { file: undefined, refusal: 'quota-exceeded' }
  }
  return owner === undefined ? { file } : { file, displaced: trashed(owner, file.id, now) }
}

function isOwner(owner: ReadyFile | undefined, replaces: string): boolean {
  return owner !== undefined && (replaces === '*' || replaces === owner.id)
}
