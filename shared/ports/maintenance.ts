import type { FileRecord, InfectedFile, ReadyFile, UnscannableFile } from '../model/file.ts'
import type { FileId } from '../model/ids.ts'
import type { RescanOutcome } from '../model/verdict.ts'
import type { Counters } from '../model/usage.ts'

/** The catalog operations of sweeps, later scans and health checks. Each method is as atomic as those of `Catalog`. */
export interface Maintenance {
  /**
   * Writes the verdict of a later scan on a ready file, in the trash or not; resolves to the record after, or to undefined
   * where nothing changes.
   * - Anything but a ready file at that generation is left as it is.
   * - `clean` becomes the record's `scan`, and nothing else changes, not even `updatedAt`.
   * - `unscannable` is noted beside the verdict that stands: the file stays ready.
   * - Neither does so where the file was scanned with the same signatures, or later ones.
   * - `infected` makes the file infected, with `condemnedAt`: its path is free, and it gives back what it held, at once.
   * - A file in the trash is condemned there, and keeps its time in it.
   * - After every verdict the counters equal the truth.
   */
  applyRescan(
    workspaceId: string,
    id: FileId,
    later: RescanOutcome,
  ): Promise<ReadyFile | InfectedFile | undefined>

  /** Pending files of all workspaces, oldest first, that were created before an instant. One page behind `after`. */
  listPending(query: SweepQuery): Promise<FileRecord[]>

  /** How many pending files there are in all workspaces, and when the oldest of them was created. */
  countPending(): Promise<PendingCount>

  /** Deleted files of all workspaces, oldest `deletedAt` first, that were deleted before an instant. One page behind `after`. */
  listTrash(query: SweepQuery): Promise<FileRecord[]>

  /** Ids of the workspaces that were ever used, each once, in an order of the catalog's own. One page behind `after`. */
  listWorkspaces(query: { limit: number; after?: string }): Promise<string[]>

  /**
   * Counts anew what a workspace's files hold, and what its counters say of it, both at one instant.
   * - With `repair` the counters are corrected by what they differ, whatever changes meanwhile; of two at once only one corrects.
   * - Files that cannot all be read throw, and nothing is corrected.
   */
  recount(workspaceId: string, options: { repair: boolean }): Promise<Recount>

  /**
   * Notes in a ready file that its bytes are missing since an instant, or with null that they are there; resolves to the
   * new record. A file that is not ready at this generation is left as it is: undefined.
   */
  markMissing(
    workspaceId: string,
    id: FileId,
    mark: { generation: string; since: Date | null },
  ): Promise<ReadyFile | undefined>

  /** The text that `saveSweepProgress` was given last, by whichever process. */
  sweepProgress(): Promise<string | undefined>

  /** Keeps how far the sweeps have come, in place of what was kept. */
  saveSweepProgress(progress: string): Promise<void>

  /** Infected and unscannable files of all workspaces that are not deleted, oldest verdict first, from before an instant. One page after `after`. */
  listRejected(query: RejectedQuery): Promise<RejectedFile[]>

  /**
   * Ready files of all workspaces, in the trash or not, that were last scanned with signatures from before an instant, or
   * without any. Latest signatures first, and of the same ones the newest file first. Empty files never. One page behind
   * `after`.
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
  /** ISO 8601; of none there is no oldest. */
  oldestCreatedAt?: string
}

/** What the order of sweeps is made of. */
export type SweepPosition = Pick<
  FileRecord,
  'state' | 'createdAt' | 'deletedAt' | 'workspaceId' | 'sequence'
>

/** A workspace's counters: as they are kept, and as its files add up. */
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
