import type { FileRecord, Metadata, PendingFile } from '../model/file.ts'
import type { ListPage, ListQuery } from '../model/listing.ts'
import type { FileId, SessionId, WorkspacePath } from '../model/ids.ts'
import type { ReserveRequest } from '../model/reservation.ts'
import type { RefusalCode, SettleResult } from '../model/settlement.ts'
import type { Settlement } from '../model/verdict.ts'
import type { Usage } from '../model/usage.ts'

/**
 * The metadata of every workspace. Each method is one atomic operation: it happens whole or not at all, and of two
 * concurrent ones the later sees what the earlier did. A file of another workspace is as absent as an unknown one.
 * Only the rules of a method's own sentences throw `WorkspaceError`, and a store that does not answer in time throws
 * `store-unavailable`; anything else that throws is a fault of the store.
 *
 * A path is owned by its one file that is `ready` and not deleted. A path is taken while it has an owner or a pending
 * file that is to own it.
 */
export interface Catalog {
  /**
   * Writes a pending file and reserves its bytes, before any byte is stored.
   * - Without `overwrite`, a taken path throws `path-taken`: of two concurrent creates of one path exactly one succeeds.
   * - With `overwrite`, a taken path is no obstacle; the owner stays the owner until settle.
   * - `mustBeAbsent` (`If-None-Match: *`) on a taken path throws `precondition-failed`.
   * - `mustReplace` (`If-Match`) throws `precondition-failed` unless the path's owner has one of the checksums, or for `*`
   *   has any; the record then remembers the owner, and settle checks again.
   * - An overwrite reserves its growth over the owner's size, anything else its `maxBytes`; where live plus reserved bytes
   *   would pass the quota it throws `quota-exceeded`. A growth of nothing is never refused.
   * - One record more than `maxRecords` outside the trash, or more metadata there than `maxMetadataBytes`, throws
   *   `quota-exceeded`. The trash gives way at the next settle or removal.
   * - One pending file more than `maxOpenUploads` throws `too-many-requests`.
   * - The record's `sequence` is greater than that of every file reserved in the workspace before.
   */
  reserve(request: ReserveRequest): Promise<PendingFile>

  /**
   * Writes the verdict on a pending file; anything but a pending file is left as it is, so that a second delivery of the
   * same event changes nothing and answers the record that is there.
   * - Bytes that do not have the expected checksum remove the record: refusal `digest-mismatch`.
   * - More bytes than `maxBytes` remove the record: refusal `too-large`.
   * - `clean` makes the file ready. It becomes the path's owner, and the file it replaces goes to the trash with
   *   `supersededBy`, unless the owner was reserved later: then this file itself goes to the trash, superseded by the owner.
   * - A clean file whose `replaces` no longer owns the path is ready in the trash, superseded: refusal `precondition-failed`.
   * - A clean file that would become owner but no longer fits the quota removes the record: refusal `quota-exceeded`.
   * - `infected` and `unscannable` become the record's state; path and quota are given back.
   * - Every refusal can be asked for with `refusal` afterwards.
   * - After every settle the counters equal the truth.
   */
  settle(workspaceId: string, id: FileId, settlement: Settlement): Promise<SettleResult>

  /**
   * Notes how many bytes of a pending file have arrived; resolves to the record after.
   * - Anything but a pending file is left as it is: undefined, so that whoever still sends learns that it was cancelled.
   * - A number that is noted already changes nothing, not even `updatedAt`.
   */
  noteProgress(
    workspaceId: string,
    id: FileId,
    receivedBytes: number,
  ): Promise<PendingFile | undefined>

  /** Resolves once the file is not pending or not there, at once if so already; rejects with the signal's reason when aborted. */
  awaitSettled(workspaceId: string, id: FileId, signal: AbortSignal): Promise<void>

  /** Why a pending file ended without becoming its path's owner: kept for at least an hour, else undefined. */
  refusal(workspaceId: string, id: FileId): Promise<RefusalCode | undefined>

  /**
   * Changes a file that is not deleted; resolves to the new record, to undefined when there is none.
   * - A new `path` brings `name` and `sessionId` with it; no byte is copied. The old path is free at once.
   * - A path that is taken by another file throws `path-taken`. The file's own path is not taken for itself.
   * - A pending file may get new metadata, not a new path: that throws `not-scanned`.
   * - An infected or unscannable file owns nothing: it moves without taking the path.
   * - Metadata that grows past `maxMetadataBytes` throws `quota-exceeded`. Metadata that does not grow is never refused.
   */
  update(workspaceId: string, id: FileId, changes: FileChanges): Promise<FileRecord | undefined>

  /**
   * Takes a file out of sight. Resolves to undefined when there is none.
   * - A ready file goes to the trash: its bytes count as trash, its path is free.
   * - A superseded file stops being superseded: it is in the trash like one deleted by its owner.
   * - A pending file is removed, path and quota are given back, refusal `gone`.
   * - An infected or unscannable file is marked deleted.
   * - A file that is in the trash stays as it is.
   */
  remove(workspaceId: string, id: FileId): Promise<Removal | undefined>

  /**
   * Takes files of one session out of sight, in one bounded step: at most `maxRemovedAtOnce` files, the one reserved first
   * leading. Call it again until it answers fewer.
   * - Each file that is not in the trash is removed as by `remove`.
   * - With `purge` each file of the session, in the trash or not, is forgotten as by `purge`.
   * - Files of other sessions, and those that lie in none, are left as they are.
   * - The trash is left as full as it is: `trimTrash` follows.
   */
  removeSession(
    workspaceId: string,
    sessionId: SessionId,
    options: { purge: boolean },
  ): Promise<SessionRemoval>

  /**
   * Brings a file back from the trash to its path, or to another one; resolves to undefined when there is none.
   * - A file that is not deleted is left as it is.
   * - A taken path throws `path-taken`; bytes that pass the quota, or a record or metadata that pass their limit, throw
   *   `quota-exceeded`.
   */
  restore(workspaceId: string, id: FileId, path?: WorkspacePath): Promise<FileRecord | undefined>

  /**
   * Forgets a file, whatever its state, and gives back what it held; resolves to the record that was, or undefined.
   * - A pending file leaves refusal `gone`.
   * - With `deletedBefore`, a file that is not in the trash since before that instant is left as it is: undefined.
   */
  purge(workspaceId: string, id: FileId, deletedBefore?: Date): Promise<FileRecord | undefined>

  /**
   * Gives a reservation up: removes the file if it is still pending and its `expiresAt` lies before now, leaving refusal
   * `gone`; resolves to the record removed, or undefined.
   * - With `abandonedBefore`, a file that was reserved before that instant is removed whatever its `expiresAt`.
   */
  expire(workspaceId: string, id: FileId, abandonedBefore?: Date): Promise<PendingFile | undefined>

  /** Resolves to undefined when there is no such file; never throws for an unknown id. */
  get(workspaceId: string, id: FileId): Promise<FileRecord | undefined>

  /**
   * The file that a path names: its owner; else the pending file there that was reserved last; else the file that was
   * deleted or condemned there last (superseded ones do not count); else undefined.
   */
  getByPath(workspaceId: string, path: WorkspacePath): Promise<FileRecord | undefined>

  /**
   * One page of a workspace's files, without its trash or (with `deleted`) its trash alone.
   * - Order is by sequence, or by path in code points and then sequence; `descending` turns it round.
   * - `after` resumes behind a position of the same query; a file that stands throughout is listed exactly once, whatever
   *   is added or removed between two pages.
   * - `prefix` is plain text at the start of the path; no character of it or of `nameContains` is a pattern.
   * - `nameContains` ignores case, in every script.
   * - With `folders`, in path order only, what shares its text up to the first `/` behind the prefix is one folder, ending
   *   in `/`: each once over all pages, counted towards `limit`.
   * - `total` counts the files of all pages, those in folders too.
   * - `next` is undefined exactly when nothing follows.
   */
  list(query: ListQuery): Promise<ListPage>

  /** The counters; all zero for a workspace never used. One read, whatever the number of files. */
  usage(workspaceId: string): Promise<Usage>

  /** Overrides the default quota for one workspace; null takes the override back. */
  setQuota(workspaceId: string, quotaBytes: number | null): Promise<void>

  /** Whether the workspace was ever used: it is from its first reservation on, before any of its bytes is visible, for ever. */
  isKnown(workspaceId: string): Promise<boolean>

  /**
   * Purges the oldest files of a trash that holds more than one quota's worth, or that takes records or metadata past their
   * limits; resolves to them, oldest first. One call purges at most `maxPurgedAtOnce`.
   */
  trimTrash(workspaceId: string): Promise<FileRecord[]>

  /** What `/healthz` shows of the store; throws when the store does not answer. */
  check(): Promise<string>
}

/** The most files that one transaction purges from the trash: `trimTrash` purges the others. */
export const maxPurgedAtOnce = 100

export interface FileChanges {
  path?: WorkspacePath
  metadata?: Metadata
}

/** The most files that one call of `removeSession` removes. */
export const maxRemovedAtOnce = 50

export interface SessionRemoval {
  removedCount: number
  /** Records that are gone, cancelled uploads among them: their bytes are to be deleted. */
  forgotten: FileRecord[]
}

export interface Removal {
  /** The record after removal; for a pending file, the record that was. */
  file: FileRecord
  /** Records that left the trash to make room, oldest first, at most `maxPurgedAtOnce`: their bytes are to be deleted. */
  purged: FileRecord[]
}
