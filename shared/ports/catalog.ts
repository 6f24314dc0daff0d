import type { OnConflict } from '../model/conflict/on-conflict.ts'
import type { FileRecord, Metadata, PendingFile, ReadyFile } from '../model/file.ts'
import type { ListPage, ListQuery } from '../model/listing.ts'
import type { FileId, SessionId, WorkspacePath } from '../model/ids.ts'
import type { ReserveRequest } from '../model/reservation.ts'
import type { Refusal, SettleResult } from '../model/settlement.ts'
import type { Settlement } from '../model/verdict.ts'
import type { Usage } from '../model/usage.ts'

/**
 * The metadata of every workspace.
 * - Each method is atomic: it takes effect completely or not at all, and of two concurrent calls the later one sees the
 *   changes of the earlier one.
 * - A file of another workspace is treated as unknown.
 * - Methods throw the `WorkspaceError`s that their documentation names, and `store-unavailable` when the store does not
 *   answer in time. Any other error is a fault of the store.
 * - A `ready` file that is not deleted owns its path. A path has at most one owner. A path is taken while it has an owner
 *   or a pending file that will own it.
 *
 * Verbs of disposal, in the catalog and around it:
 *
 * | Verb | Acts on | Effect |
 * | --- | --- | --- |
 * | `remove` | a file | moves it to the trash; a pending file is purged |
 * | `restore` | a file in the trash | moves it back to a path |
 * | `restoreVersion` | a file in the trash | moves it back to its path, and the path's owner to the trash |
 * | `purge` | a file in any state | deletes the record and releases path and quota |
 * | `expire` | a pending file | purges it, if its reservation has ended |
 * | `trimTrash` | the trash of a workspace | purges the oldest files while the trash exceeds its limits |
 * | `deleteBytes` (use case) | purged records | deletes their blobs; always after the catalog |
 * | `BlobStore.remove` | a generation | deletes its bytes |
 * | `BlobStore.cancelUpload` | a resumable session | ends it and deletes its bytes |
 * | `Quarantine.removeExpired` | quarantined copies | deletes those older than the retention |
 */
export interface Catalog {
  /**
   * Writes a pending file and reserves its bytes. Call it before any byte is stored.
   * - With `onConflict: 'fail'`, a taken path throws `path-taken`. Of two concurrent creates of one path exactly one succeeds.
   * - With `onConflict: 'replace'`, a taken path is allowed. The owner stays the owner until settle.
   * - With `onConflict: 'rename'`, a file for a taken path gets a free numbered path (`searchFreePath`). Of any number of
   *   concurrent calls, no two get the same path. Looks up at most 40 paths for a million taken ones.
   * - `mustBeAbsent` (`If-None-Match: *`) throws `precondition-failed` for a taken path.
   * - `mustReplace` (`If-Match`) throws `precondition-failed` unless the path's owner has one of the checksums; `*` accepts
   *   any owner. The record stores the owner's id, and settle checks it again.
   * - An overwrite reserves the bytes by which `maxBytes` exceeds the owner's size, any other upload its `maxBytes`. If live
   *   plus reserved bytes would exceed the quota, throws `quota-exceeded`. A request that needs no additional bytes never
   *   fails on quota.
   * - More than `maxRecords` records outside the trash, or more than `maxMetadataBytes` of their metadata, throws
   *   `quota-exceeded`. The trash is trimmed at the next settle or removal.
   * - More than `maxOpenUploads` pending files throws `too-many-requests`.
   * - The record has the `modifiedAt` of the request. It stays when the file is settled, moved, replaced or restored.
   * - The record's `sequence` is greater than that of every file reserved in the workspace before.
   */
  reserve(request: ReserveRequest): Promise<PendingFile>

  /**
   * Writes the verdict on a pending file. Does not change a file in another state, so that the redelivery of an event returns
   * the existing record.
   * - Fewer bytes than the `maxBytes` of a resumable session remove the record: refusal `size-mismatch`, with both sizes.
   * - Bytes with another checksum than expected remove the record: refusal `digest-mismatch`.
   * - More bytes than `maxBytes` remove the record: refusal `too-large`.
   * - `clean` makes the file ready. The file becomes the path's owner, and the previous owner goes to the trash with
   *   `supersededBy`. If the owner was reserved later, this file goes to the trash instead, superseded by the owner.
   * - A clean file whose `replaces` no longer owns the path is ready in the trash, superseded: refusal `precondition-failed`.
   * - A clean file that would become the owner but exceeds the quota removes the record: refusal `quota-exceeded`.
   * - `infected` and `unscannable` become the record's state, and release path and quota.
   * - Afterwards `refusal` returns the refusal.
   * - After every settle the counters equal the sums over the records.
   *
   * Costs least with the record that `get` returned: a catalog may then decide on the version that it has read already, and
   * reads it again only if it has changed since.
   */
  settle(file: FileKey, settlement: Settlement): Promise<SettleResult>

  /**
   * Stores how many bytes of a pending file have arrived. Resolves to the new record.
   * - For a file that is not pending, changes nothing and resolves to undefined. This informs the sender that the upload was
   *   cancelled.
   * - A number that is already stored changes nothing, not even `updatedAt`.
   */
  noteProgress(
    workspaceId: string,
    id: FileId,
    receivedBytes: number,
  ): Promise<PendingFile | undefined>

  /**
   * Resolves when the file is not pending, to its record, or to undefined if it does not exist. Rejects with the signal's
   * reason when aborted.
   */
  awaitSettled(
    workspaceId: string,
    id: FileId,
    signal: AbortSignal,
  ): Promise<FileRecord | undefined>

  /** The reason why a pending file ended without becoming its path's owner. Kept for at least an hour, then undefined. */
  refusal(workspaceId: string, id: FileId): Promise<Refusal | undefined>

  /**
   * Changes a file that is not deleted. Resolves to the new record, or to undefined if there is no such file.
   * - A new `path` also sets `name` and `sessionId`. No byte is copied. The old path is free immediately.
   * - `onConflict` decides about a path that another file has taken: `fail` (default) throws `path-taken`; `rename` chooses a
   *   free numbered path; `replace` moves the owner to the trash, superseded by this file. Uploads to the path that are pending
   *   keep their reservation. Does not trim the trash. Call `trimTrash` afterwards.
   * - A new path for a pending file throws `not-scanned`. New metadata is allowed.
   * - An infected or unscannable file owns no path, so it can move to a taken path.
   * - Metadata that grows beyond `maxMetadataBytes` throws `quota-exceeded`. Metadata that does not grow never fails.
   */
  update(workspaceId: string, id: FileId, changes: FileChanges): Promise<FileRecord | undefined>

  /**
   * Hides a file from listings. Resolves to undefined if there is no such file.
   * - A ready file goes to the trash: its bytes count as trash, and its path is free.
   * - A superseded file is then no longer superseded, but counts as deleted by a user.
   * - A pending file is purged, with refusal `gone`.
   * - An infected or unscannable file is marked as deleted.
   * - A file in the trash does not change.
   */
  remove(workspaceId: string, id: FileId): Promise<Removal | undefined>

  /**
   * Removes files of one session, at most `maxRemovedAtOnce`, in the order of their reservation. Call it again until it
   * removes fewer.
   * - Removes each file that is not in the trash as `remove` does.
   * - With `purge`, purges each file of the session, in the trash or not, as `purge` does.
   * - Files of other sessions and files without a session do not change.
   * - Does not trim the trash. Call `trimTrash` afterwards.
   */
  removeSession(
    workspaceId: string,
    sessionId: SessionId,
    options: { purge: boolean },
  ): Promise<SessionRemoval>

  /**
   * Moves a file from the trash to its path, or to another one. Resolves to undefined if there is no such file.
   * - A file that is not deleted does not change.
   * - `onConflict` decides about a taken path as in `update`. Bytes beyond the quota, and a record or metadata beyond their limits, throw
   *   `quota-exceeded`.
   */
  restore(workspaceId: string, id: FileId, to?: Destination): Promise<FileRecord | undefined>

  /**
   * Moves a file from the trash to its path, and the path's owner to the trash, superseded by it. Resolves to undefined
   * unless the file is ready and its path is `path`.
   * - A file that is not deleted does not change.
   * - A path without an owner is taken. A pending file of the path stays pending.
   * - Bytes, records or metadata beyond their limits throw `quota-exceeded`. The owner's no longer count.
   */
  restoreVersion(
    workspaceId: string,
    id: FileId,
    path: WorkspacePath,
  ): Promise<Removal<ReadyFile> | undefined>

  /**
   * Deletes a record in any state and releases its path and quota. Resolves to the deleted record, or to undefined.
   * - A pending file leaves refusal `gone`.
   * - With `deletedBefore`, purges only a file that was moved to the trash before that instant.
   */
  purge(workspaceId: string, id: FileId, deletedBefore?: Date): Promise<FileRecord | undefined>

  /**
   * Purges a pending file whose `expiresAt` has passed, with refusal `gone`. Resolves to the deleted record, or to undefined.
   * - With `abandonedBefore`, also purges a pending file that was reserved before that instant.
   */
  expire(workspaceId: string, id: FileId, abandonedBefore?: Date): Promise<PendingFile | undefined>

  /** Resolves to undefined if there is no such file. Never throws for an unknown id. */
  get(workspaceId: string, id: FileId): Promise<FileRecord | undefined>

  /**
   * The file that a path names, in this order: its owner; the pending file that was reserved last; the file that was deleted,
   * or found infected by a rescan, last (superseded files do not count); else undefined.
   */
  getByPath(workspaceId: string, path: WorkspacePath): Promise<FileRecord | undefined>

  /**
   * One page of a workspace's files: those outside the trash, or with `deleted` those in it.
   * - Orders by sequence, or by path in code points and then by sequence. `descending` reverses the order.
   * - `after` resumes after a position of the same query. A file that exists throughout is listed exactly once, even if other
   *   files are added or removed between two pages.
   * - With `path`, in path order only, lists exactly the files of that path.
   * - `prefix` is plain text at the start of the path. No character of `prefix` or `nameContains` is a pattern.
   * - `nameContains` ignores case, in every script.
   * - `kind` is that of the media type. A file without `modifiedAt` was modified when it was created. `createdAfter` and
   *   `modifiedAfter` are inclusive, `createdBefore` and `modifiedBefore` exclusive.
   * - With `folders`, in path order only, all files with the same text up to the first `/` after the prefix become one folder,
   *   which ends in `/`. Each folder is listed once over all pages and counts towards `limit`.
   * - `total` counts the files of all pages, including those in folders.
   * - `next` is undefined exactly when no entry follows.
   */
  list(query: ListQuery): Promise<ListPage>

  /** The counters. All are zero for an unknown workspace. Costs one read, independent of the number of files. */
  usage(workspaceId: string): Promise<Usage>

  /** Overrides the default quota for one workspace. Null removes the override. */
  setQuota(workspaceId: string, quotaBytes: number | null): Promise<void>

  /** Whether the workspace was ever used. True after the first reservation, before any of its bytes is visible. */
  isKnown(workspaceId: string): Promise<boolean>

  /**
   * Purges the oldest files of a trash whose bytes exceed the quota, or while the workspace exceeds its limit of records or
   * metadata. Resolves to the purged files, oldest first, at most `maxPurgedAtOnce`.
   */
  trimTrash(workspaceId: string): Promise<FileRecord[]>

  /** The store's description for `/healthz`. Throws when the store does not answer. */
  check(): Promise<string>
}

/** Names a file. */
export type FileKey = Pick<FileRecord, 'workspaceId' | 'id'>

/** The most files that one transaction purges from the trash. Further calls of `trimTrash` purge the rest. */
export const maxPurgedAtOnce = 100

/** Where a file goes. */
export interface Destination {
  path?: WorkspacePath | undefined
  onConflict?: OnConflict | undefined
}

export interface FileChanges extends Destination {
  metadata?: Metadata
}

/** The most files that one call of `removeSession` removes. */
export const maxRemovedAtOnce = 50

export interface SessionRemoval {
  removedCount: number
  /** Purged records, including cancelled uploads. The caller deletes their bytes. */
  purged: FileRecord[]
}

export interface Removal<File extends FileRecord = FileRecord> {
  /** The record after the change; for a removed pending file, the purged record. */
  file: File
  /** Files purged to make room in the trash, oldest first, at most `maxPurgedAtOnce`. The caller deletes their bytes. */
  purged: FileRecord[]
}
