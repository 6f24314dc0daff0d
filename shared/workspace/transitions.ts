import type { FileRecord, PendingFile } from './file.ts'
import { nameOf, sessionOf, type FileId, type WorkspacePath } from './path.ts'
import type { Settlement, Usage } from './ports.ts'

/** What one file holds of its workspace's counters. */
export type Holdings = Omit<Usage, 'quotaBytes'>

type SettledFile = Exclude<FileRecord, PendingFile>

/** Design §4: infected and unscannable files hold nothing, for their bytes are given back. */
export function holdingsOf(file: FileRecord | undefined): Holdings {
  const nothing = { liveBytes: 0, liveCount: 0, reservedBytes: 0, trashBytes: 0 }
  if (file?.state === 'pending') {
    return { ...nothing, reservedBytes: file.reservation.reservedBytes }
  }
  if (file?.state !== 'ready') return nothing
  if (file.isDeleted) return { ...nothing, trashBytes: file.sizeBytes }
  return { ...nothing, liveBytes: file.sizeBytes, liveCount: 1 }
}

/** The record with its verdict. */
export function settled(file: PendingFile, settlement: Settlement, at: Date): SettledFile {
  const { reservation: _, ...kept } = file
  const { scan, ...found } = settlement
  const common = { ...kept, ...found, updatedAt: at.toISOString() }
  if (scan.verdict === 'clean') return { ...common, state: 'ready', scan }
  if (scan.verdict === 'infected') return { ...common, state: 'infected', scan }
  return { ...common, state: 'unscannable', scan }
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
