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
 * The instant, as text, of the signatures that a file was scanned with last, empty where these had none: files are scanned
 * again in its order. Undefined for a file that never is.
 */
export function signaturesOf(file: FileRecord): string | undefined {
  if (file.state !== 'ready' || file.sizeBytes === 0) return undefined
  return (file.scan.inconclusive ?? file.scan).signaturesAt ?? ''
}

/**
 * The instant, as text, of the verdict by which a file was refused: sweeps purge refused files in its order. Undefined for
 * any other file, and for one in the trash, which leaves with that.
 */
export function rejectedAtOf(file: FileRecord): string | undefined {
  if (file.isDeleted) return undefined
  if (file.state === 'infected') return file.condemnedAt ?? file.scan.scannedAt
  return file.state === 'unscannable' ? file.scan.scannedAt : undefined
}

/** The rule of `Catalog.applyRescan`: the record with the verdict of a later scan; undefined where nothing changes. */
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

/** The rule of `Catalog.noteProgress`: the record with what has arrived of it; the same one where that is noted already. */
export function progressed(file: PendingFile, receivedBytes: number, at: Date): PendingFile {
  if (file.reservation.receivedBytes === receivedBytes) return file
  const reservation = { ...file.reservation, receivedBytes }
  return { ...file, reservation, updatedAt: at.toISOString() }
}

/** The record in the trash: superseded by another file, or with null deleted by its owner. */
export function trashed<File extends FileRecord>(
  file: File,
  supersededBy: FileId | null,
  at: Date,
): File {
  const deletedAt = at.toISOString()
  return { ...file, isDeleted: true, deletedAt, supersededBy, updatedAt: deletedAt }
}

/** The record out of the trash. */
export function untrashed<File extends FileRecord>(file: File, at: Date): File {
  const updatedAt = at.toISOString()
  return { ...file, isDeleted: false, deletedAt: null, supersededBy: null, updatedAt }
}

/** The record at another path; name and session follow from the path. */
export function moved<File extends FileRecord>(file: File, path: WorkspacePath): File {
  return { ...file, path, name: nameOf(path), sessionId: sessionOf(path) }
}

/** The record of a file whose bytes are missing since an instant, or with null are there. */
export function markedMissing(file: ReadyFile, since: Date | null): ReadyFile {
  const { missingSince: _, ...unmarked } = file
  return since === null ? unmarked : { ...unmarked, missingSince: since.toISOString() }
}

/** The rule of `Catalog.purge`: without `deletedBefore` any file, else a file moved to the trash before that instant. */
export function isPurgeable({ deletedAt }: FileRecord, deletedBefore?: Date): boolean {
  if (deletedBefore === undefined) return true
  return deletedAt !== null && deletedAt < deletedBefore.toISOString()
}
