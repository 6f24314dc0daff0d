import type { FileRecord } from '../../shared/model/file.ts'
import type { FileId, WorkspacePath } from '../../shared/model/ids.ts'
import { rejectedAtOf } from '../../shared/model/transitions.ts'

/** The fields of a file record that the reference predicts. */
export interface View {
  id: FileId
  path: WorkspacePath
  state: FileRecord['state']
  sequence: number
  sizeBytes: number
  checksum: string | null
  generation: string | null
  metadata: string
  createdAt: string
  /** Null outside the trash. */
  deletedAt: string | null
  supersededBy: string | null
  condemnedAt: string | null
  /** Time of the verdict of an infected or unscannable file. */
  rejectedAt: string | null
  /** Signature time of the last scan, conclusive or not. Empty if the scan reported none. */
  signaturesAt: string
  /** Null unless the file is pending. */
  reservation: Reservation | null
}

interface Reservation {
  maxBytes: number
  reservedBytes: number
  expiresAt: string
  /** The file that must own the path at settle, or `*` for any. */
  replaces: string | null
  expectedChecksum: string | null
}

export function viewOf(file: FileRecord): View {
  const { id, path, state, sequence, sizeBytes, checksum, generation, createdAt } = file
  const lastScan = (file.state === 'ready' && file.scan.inconclusive) || file.scan
  return {
    id,
    path,
    state,
    sequence,
    sizeBytes,
    checksum,
    generation,
    metadata: JSON.stringify(file.metadata),
    createdAt,
    deletedAt: file.deletedAt,
    supersededBy: file.supersededBy,
    condemnedAt: (file.state === 'infected' && file.condemnedAt) || null,
    rejectedAt: rejectedAtOf({ ...file, isDeleted: false }) ?? null,
    signaturesAt: lastScan?.signaturesAt ?? '',
    reservation: file.state === 'pending' ? reservationOf(file.reservation) : null,
  }
}

function reservationOf(
  reservation: Extract<FileRecord, { state: 'pending' }>['reservation'],
): Reservation {
  const { maxBytes, reservedBytes, expiresAt, replaces, expectedChecksum } = reservation
  return {
    maxBytes,
    reservedBytes,
    expiresAt,
    replaces: replaces ?? null,
    expectedChecksum: expectedChecksum ?? null,
  }
}
