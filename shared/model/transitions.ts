import type { FileRecord, InfectedFile, PendingFile, ReadyFile, Scan } from './file.ts'
import { nameOf, sessionOf } from './path.ts'
import type { FileId, WorkspacePath } from './ids.ts'
import type { Settlement } from './verdict.ts'

type SettledFile = Exclude<FileRecord, PendingFile>

/** The record with its verdict. */
export function settled(file: PendingFile, settlement: Settlement, at: Date): SettledFile {
  const { reservation: _, ...kept } = file
  const { scan, ...found } = settlement
  const common = { ...kept, ...found, updatedAt: at.toISOString() }
  if (scan.verdict === 'clean') return { ...common, state: 'ready', scan }
  if (scan.verdict === 'infected') return { ...common, state: 'infected', scan }
  return { ...common, state: 'unscannable', scan }
}

/**
 * The instant of the signatures of a file's last scan, in ISO 8601; empty if unknown. Rescans follow this order. Undefined
 * for a file that is never rescanned.
 */
export function signaturesOf(file: FileRecord): string | undefined {
  if (file.state !== 'ready' || file.sizeBytes === 0) return undefined
  return (file.scan.inconclusive ?? file.scan).signaturesAt ?? ''
}

/**
 * The instant of the verdict that rejected a file, in ISO 8601. Sweeps purge rejected files in this order. Undefined for
 * other files and for files in the trash, which are purged with the trash.
 */
export function rejectedAtOf(file: FileRecord): string | undefined {
  if (file.isDeleted) return undefined
  if (file.state === 'infected') return file.condemnedAt ?? file.scan.scannedAt
  return file.state === 'unscannable' ? file.scan.scannedAt : undefined
}

/** The rule of `Maintenance.applyRescan`: the record with the verdict of a rescan. Undefined if nothing changes. */
export function rescanned(
  file: ReadyFile,
  later: Scan,
  at: Date,
): ReadyFile | InfectedFile | undefined {
  if (later.verdict === 'infected') {
    const { missingSince: _, ...kept } = file
    const condemnedAt = at.toISOString()
    return { ...kept, state: 'infected', scan: later, condemnedAt, updatedAt: condemnedAt }
  }
  if ((later.signaturesAt ?? '') <= (signaturesOf(file) ?? '')) return undefined
  if (later.verdict === 'clean') return { ...file, scan: later }
  const { verdict: _, ...inconclusive } = later
  return { ...file, scan: { ...file.scan, inconclusive } }
}

/** The rule of `Catalog.noteProgress`: the record with the received bytes. The same object if the number is already stored. */
export function progressed(file: PendingFile, receivedBytes: number, at: Date): PendingFile {
  if (file.reservation.receivedBytes === receivedBytes) return file
  const reservation = { ...file.reservation, receivedBytes }
  return { ...file, reservation, updatedAt: at.toISOString() }
}

/** The record in the trash: superseded by another file, or deleted by a user (null). */
export function trashed<File extends FileRecord>(
  file: File,
  supersededBy: FileId | null,
  at: Date,
): File {
  const deletedAt = at.toISOString()
  return { ...file, isDeleted: true, deletedAt, supersededBy, updatedAt: deletedAt }
}

/** The record restored from the trash. */
export function untrashed<File extends FileRecord>(file: File, at: Date): File {
  const updatedAt = at.toISOString()
  return { ...file, isDeleted: false, deletedAt: null, supersededBy: null, updatedAt }
}

/** The record at another path, with the name and session of that path. */
export function moved<File extends FileRecord>(file: File, path: WorkspacePath): File {
  return { ...file, path, name: nameOf(path), sessionId: sessionOf(path) }
}

/** The record of a file whose bytes are missing since an instant, or are present (null). */
export function markedMissing(file: ReadyFile, since: Date | null): ReadyFile {
  const { missingSince: _, ...unmarked } = file
  return since === null ? unmarked : { ...unmarked, missingSince: since.toISOString() }
}

/** The rule of `Catalog.purge`. With `deletedBefore`, only a file moved to the trash before that instant. */
export function isPurgeable({ deletedAt }: FileRecord, deletedBefore?: Date): boolean {
  if (deletedBefore === undefined) return true
  return deletedAt !== null && deletedAt < deletedBefore.toISOString()
}
