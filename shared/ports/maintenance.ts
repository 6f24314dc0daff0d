import type { FileRecord, InfectedFile, ReadyFile, UnscannableFile } from '../model/file.ts'
import type { FileId } from '../model/ids.ts'
import type { RescanOutcome } from '../model/verdict.ts'
import type { Counters } from '../model/usage.ts'

/** The catalog operations for sweeps, rescans and health checks. Each method is atomic, as in `Catalog`. */
export interface Maintenance {
  /**
   * Writes the verdict of a rescan on a ready file, in the trash or not. Resolves to the new record, or to undefined if
   * nothing changes.
   * - Changes only a ready file with that generation.
   * - `clean` becomes the record's `scan`. Nothing else changes, not even `updatedAt`.
   * - `unscannable` is stored next to the current verdict. The file stays ready.
   * - Neither verdict changes a file that was scanned with the same signatures or later ones.
   * - `infected` makes the file infected, sets `condemnedAt`, and releases path and quota immediately.
   * - A file in the trash becomes infected there. Its `deletedAt` does not change.
   * - After every verdict the counters equal the sums over the records.
   */
  applyRescan(
    workspaceId: string,
    id: FileId,
    later: RescanOutcome,
  ): Promise<ReadyFile | InfectedFile | undefined>

  /** Pending files of all workspaces that were created before an instant, oldest first. One page after `after`. */
  listPending(query: SweepQuery): Promise<FileRecord[]>

  /** The number of pending files in all workspaces, and the creation time of the oldest. */
  countPending(): Promise<PendingCount>

  /** Deleted files of all workspaces that were deleted before an instant, oldest `deletedAt` first. One page after `after`. */
  listTrash(query: SweepQuery): Promise<FileRecord[]>

  /** Ids of all workspaces that were ever used, each once, in an order that the catalog chooses. One page after `after`. */
  listWorkspaces(query: { limit: number; after?: string }): Promise<string[]>

  /**
   * Sums over a workspace's records and compares the sums with its counters, both at one instant.
   * - With `repair`, adds the difference to the counters, so that concurrent changes are preserved. Of two concurrent
   *   repairs only one takes effect.
   * - If a record cannot be read, throws and repairs nothing.
   */
  recount(workspaceId: string, options: { repair: boolean }): Promise<Recount>

  /**
   * Stores in a ready file that its bytes are missing since an instant, or with null that they are present. Resolves to the
   * new record. Resolves to undefined, and changes nothing, unless the file is ready with this generation.
   */
  markMissing(
    workspaceId: string,
    id: FileId,
    mark: { generation: string; since: Date | null },
  ): Promise<ReadyFile | undefined>

  /** The text that any process passed to `saveSweepProgress` last. */
  sweepProgress(): Promise<string | undefined>

  /** Replaces the stored progress of the sweeps. */
  saveSweepProgress(progress: string): Promise<void>

  /** Infected and unscannable files of all workspaces that are not deleted and whose verdict is from before an instant, oldest verdict first. One page after `after`. */
  listRejected(query: RejectedQuery): Promise<RejectedFile[]>

  /**
   * Ready files of all workspaces, in the trash or not, whose last scan used signatures from before an instant, or none.
   * Latest signatures first; of the same signatures, newest file first. Excludes empty files. One page after `after`.
   */
  listOutdated(query: OutdatedQuery): Promise<ReadyFile[]>
}

export interface SweepQuery {
  before: Date
  limit: number
  /** The last record of the page before. */
  after?: SweepPosition
}

export interface PendingCount {
  files: number
  /** ISO 8601. Absent if there are no pending files. */
  oldestCreatedAt?: string
}

/** The fields that order the files of a sweep. */
export type SweepPosition = Pick<
  FileRecord,
  'state' | 'createdAt' | 'deletedAt' | 'workspaceId' | 'sequence'
>

/** A workspace's stored counters, and the sums over its records. */
export interface Recount {
  kept: Counters
  counted: Counters
}

export type RejectedFile = InfectedFile | UnscannableFile

export interface RejectedQuery {
  before: Date
  limit: number
  /** The last record of the page before, with the instant of its verdict (`rejectedAtOf`). */
  after?: { rejectedAt: string; workspaceId: string; sequence: number }
}

export interface OutdatedQuery {
  signaturesBefore: Date
  limit: number
  /** The last record of the page before. */
  after?: ReadyFile
}
