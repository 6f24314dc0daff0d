import type { Readable } from 'node:stream'
import type { Charset } from '../media/text-encoding.ts'
import type { ErrorCode } from './errors.ts'
import type {
  FileRecord,
  FileState,
  InfectedFile,
  Metadata,
  Origin,
  PendingFile,
  ReadyFile,
  Scan,
  UnscannableFile,
} from './file.ts'
import type { FileId, SessionId, WorkspacePath } from './path.ts'

/** What the workspace needs of the world. A use case takes the ports it needs, first: `Pick<Ports, 'catalog'>`. */
export interface Ports {
  catalog: Catalog
  blobs: BlobStore
  scanner: Scanner
  renderer: Renderer
  sources: Sources
  /** Where infected bytes go; without it they are deleted. */
  quarantine?: Quarantine
  /** The present instant. */
  now: () => Date
  /** A fresh UUIDv4. */
  newId: () => FileId
  /** The limits of this deployment. */
  limits: Limits
}

export interface Limits {
  /** The most bytes of one file. */
  maxFileBytes: number
  /** How long an upload may take, from its reservation to its last byte. */
  uploadExpirySeconds: number
  /** How long deleted and superseded files can be brought back. */
  trashRetentionDays: number
}

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
  rejudge(
    workspaceId: string,
    id: FileId,
    later: Rejudgement,
  ): Promise<ReadyFile | InfectedFile | undefined>

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

  /** Pending files of all workspaces, oldest first, that were created before an instant. One page behind `after`. */
  listPending(query: SweepQuery): Promise<FileRecord[]>

  /** How many pending files there are in all workspaces, and when the oldest of them was created. */
  countPending(): Promise<PendingCount>

  /** Deleted files of all workspaces, oldest `deletedAt` first, that were deleted before an instant. One page behind `after`. */
  listTrash(query: SweepQuery): Promise<FileRecord[]>

  /** Ids of the workspaces that were ever used, each once, in an order of the catalog's own. One page behind `after`. */
  listWorkspaces(query: { limit: number; after?: string }): Promise<string[]>

  /** Whether the workspace was ever used: it is from its first reservation on, before any of its bytes is visible, for ever. */
  isKnown(workspaceId: string): Promise<boolean>

  /**
   * Counts anew what a workspace's files hold, and what its counters say of it, both at one instant.
   * - With `mend` the counters are corrected by what they differ, whatever changes meanwhile; of two at once only one corrects.
   * - Files that cannot all be read throw, and nothing is corrected.
   */
  recount(workspaceId: string, options: { mend: boolean }): Promise<Recount>

  /**
   * Purges the oldest files of a trash that holds more than one quota's worth, or that takes records or metadata past their
   * limits; resolves to them, oldest first. One call purges at most `maxPurgedAtOnce`.
   */
  trimTrash(workspaceId: string): Promise<FileRecord[]>

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

  /** What `/healthz` shows of the store; throws when the store does not answer. */
  check(): Promise<string>
}

export interface ReserveRequest {
  id: FileId
  workspaceId: string
  path: WorkspacePath
  mimeType: string
  maxBytes: number
  storagePath: string
  metadata: Metadata
  origin: Origin
  expiresAt: Date
  overwrite: boolean
  mustBeAbsent?: boolean
  mustReplace?: string[] | '*'
  expectedChecksum?: string
  uploadId?: string
}

/** The most files that one transaction purges from the trash: `trimTrash` purges the others. */
export const maxPurgedAtOnce = 100

/** What the scan found out about one generation. */
export interface Settlement {
  generation: string
  sizeBytes: number
  checksum: string
  mimeType: string
  /** Of a text whose bytes show it. */
  charset?: Charset
  scan: Scan
}

/** What a later scan found out about a generation that was scanned before. */
export type Rejudgement = Pick<Settlement, 'generation' | 'scan'>

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

export type ListPosition = { sequence: number } | { path: string; sequence: number }

export interface ListQuery {
  workspaceId: string
  prefix?: string
  folders?: boolean
  sessionId?: SessionId
  state?: FileState
  origin?: Origin
  nameContains?: string
  deleted: boolean
  sort: 'created' | 'path'
  descending: boolean
  limit: number
  after?: ListPosition
  offset?: number
  total?: boolean
}

export interface ListPage {
  files: FileRecord[]
  folders: string[]
  next?: ListPosition
  total?: number
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
  kept: Holdings
  counted: Holdings
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

/** The counters of a workspace: the sums over its records. */
export interface Holdings {
  liveBytes: number
  liveCount: number
  reservedBytes: number
  trashBytes: number
  /** All records, whatever their state, those in the trash too. */
  recordCount: number
  /** Records in the trash, whatever their state. */
  trashCount: number
  /** Pending files. */
  openUploads: number
  /** Metadata of all records, as JSON in UTF-8; an empty object counts nothing. */
  metadataBytes: number
  /** The part of `metadataBytes` that is in the trash. */
  trashMetadataBytes: number
}

/** How many records one workspace may have. The trash gives way to new records. */
export interface RecordLimits {
  maxRecords: number
  maxOpenUploads: number
  maxMetadataBytes: number
}

/** A workspace's counters and their limits. */
export interface Usage extends Holdings, RecordLimits {
  quotaBytes: number
}

/** A blob's place, from the record, and the one generation of it that is meant. */
export interface BlobRef {
  storagePath: string
  generation: string
}

/** The bytes. Opaque places, one generation each; nothing here knows of paths, users or verdicts. */
export interface BlobStore {
  /** The storage path for a new file's bytes: pure, unique for the file's id. */
  place(workspaceId: string, id: FileId, name: string): string

  /**
   * Stores a body.
   * - Invisible until the body has ended and `beforeCommit` has resolved; a body or a `beforeCommit` that fails leaves nothing.
   * - A place that holds a blob is never replaced: of two writes exactly one succeeds, the other throws a plain `Error`.
   * - A body of more than `maxBytes` throws `too-large` as soon as it is, without waiting for its end.
   * - Once it resolves the blob survives a crash of the machine, and one finalize event is on its way.
   */
  write(storagePath: string, body: Readable, options: WriteOptions): Promise<StoredBlob>

  /** The bytes, or an inclusive range of them, of exactly this generation; undefined when there is no such generation. */
  read(blob: BlobRef, range?: ByteRange): Promise<Readable | undefined>

  /** The generation that is stored at a place, or undefined. */
  stat(storagePath: string): Promise<StoredBlob | undefined>

  /** Deletes one generation; a blob that is not there is no error. */
  remove(blob: BlobRef): Promise<void>

  /** Copies one generation to a free place without moving the bytes through this process's memory; visible whole or not at all. */
  copy(from: BlobRef, storagePath: string): Promise<StoredBlob>

  /** Opens a resumable session (the Cloud Storage protocol) for exactly `sizeBytes`; a URL without origin is relative to the service's own. */
  openUpload(storagePath: string, options: UploadOptions): Promise<UploadSession>

  /** Ends a resumable session: its URL answers 404, 410 or 499 from then on. An unknown session is no error. */
  cancelUpload(uploadId: string): Promise<void>

  /** A URL that serves this generation by GET and HEAD until it expires; one without origin is relative to the service's own. */
  signUrl(blob: BlobRef, options: SignOptions): Promise<string>

  /**
   * Something small that was made of a generation's bytes, such as a preview: a cache, which may lose it at any time.
   * - `name` is of `a-z 0-9 . -`. Undefined when nothing is kept under it for exactly this generation.
   */
  readDerived(blob: BlobRef, name: string): Promise<Buffer | undefined>

  /**
   * Keeps it, visible whole or not at all; of two writes of one name either may stay.
   * - It goes when its blob is removed. Nothing is kept for a blob that is not there.
   * - It is no blob: it is never listed, and no finalize event names its blob again.
   */
  writeDerived(blob: BlobRef, name: string, bytes: Buffer): Promise<void>

  /** Every blob, in pages of at most `limit`; a page without `next` is the last. A listing that cannot be completed throws. */
  list(options: { limit: number; after?: string }): Promise<BlobPage>

  /** What `/healthz` shows of the store; throws when the store does not answer. */
  check(): Promise<string>
}

export interface StoredBlob extends BlobRef {
  sizeBytes: number
  /** When this generation became visible. */
  storedAt: Date
}

export interface BlobPage {
  blobs: StoredBlob[]
  next?: string
}

export interface WriteOptions {
  contentType: string
  maxBytes: number
  signal?: AbortSignal
  /** Runs when all bytes are stored and none is visible yet; a rejection undoes the write. */
  beforeCommit?: (written: { sizeBytes: number }) => Promise<void>
}

/** First and last byte, both inclusive, both within the blob (RFC 9110 §14.1.2, resolved). */
export interface ByteRange {
  start: number
  end: number
}

export interface UploadOptions {
  sizeBytes: number
  contentType: string
  expiresAt: Date
  /** The `Origin` of the browser that will send the bytes; Cloud Storage answers CORS for it alone. */
  origin?: string
}

export interface UploadSession {
  uploadId: string
  url: string
  /** Every chunk but the last is a multiple of this many bytes. */
  chunkMultiple: number
}

export interface SignOptions {
  expiresAt: Date
  contentType: string
  contentDisposition: string
}

/** A blob's bytes became visible: at least once for each generation, in no order. */
export interface FinalizeEvent extends BlobRef {}

/** Where infected bytes are kept for an operator to look at. No route leads there, and no listing of blobs. */
export interface Quarantine {
  /** Whether bytes that were infected when they arrived are kept, too, rather than deleted. */
  readonly takesUploads: boolean

  /**
   * Keeps a copy of one generation, and a note of what it is.
   * - Once it resolves the copy survives a crash of the machine; the blob itself stays where it is.
   * - A generation that is kept already stays as it was, with its first note.
   * - A generation that is not there is no error: nothing is kept.
   */
  keep(blob: BlobRef, note: QuarantineNote): Promise<void>

  /** Removes what has been kept for longer than the retention; answers how many that were. */
  removeExpired(): Promise<number>
}

/** What an operator should know of infected bytes. */
export interface QuarantineNote {
  workspaceId: string
  fileId: FileId
  threat: string
  checksum: string
  sizeBytes: number
  engine: string
  signatureVersion: string | null
  scannedAt: string
}

/** Bytes that are not the service's own. Whatever cannot be had is `invalid-request`, in words that say nothing of why. */
export interface Sources {
  /** Fetches a file of the public web. */
  fetchUrl(url: string, options: SourceOptions): Promise<ForeignSource>

  /** Opens an object in a bucket that the operator allows; undefined for any other bucket, and where there is no such object. */
  openObject(
    bucket: string,
    name: string,
    options: SourceOptions,
  ): Promise<ForeignSource | undefined>
}

export interface SourceOptions {
  /** A source of more bytes fails with `too-large`, as soon as it is known. */
  maxBytes: number
  signal?: AbortSignal | undefined
}

export interface ForeignSource {
  /** Ends only where the source is whole. It is the caller's to read to its end or to destroy. */
  body: Readable
  /** A media type, however malformed. */
  declaredType?: string
  /** A name that keeps the rules of `parseName`. */
  name?: string
  /** Exact, where it is known. */
  sizeBytes?: number
}

/** A virus scanner. */
export interface Scanner {
  /**
   * Reads the body to its end, or to the verdict, with backpressure.
   * - Only a scanner that says so in so many words makes a verdict `clean`.
   * - A scanner that is down, slow, confused or cut off throws `scanner-unavailable`, never a verdict.
   * - An error of the body itself is thrown as it is. Aborting closes the connection and rejects with the signal's reason.
   */
  scan(body: Readable, options?: ScanOptions): Promise<Verdict>

  /** Which engine answers, with which signatures; throws `scanner-unavailable` when none does. */
  version(): Promise<ScannerVersion>
}

export interface ScanOptions {
  signal?: AbortSignal
  /**
   * Opens the same bytes, or a range of them, again: for a file that the engine cannot see into without help. Undefined where
   * they are gone. Without it, or where they are gone, the scan of such a file throws.
   */
  reopen?: (range?: ByteRange) => Promise<Readable | undefined>
  /** Whose file it is: scans of one workspace do not hold up those of another. */
  workspaceId?: string
}

export type Verdict =
  | { verdict: 'clean' }
  | { verdict: 'infected'; threat: string }
  | { verdict: 'unscannable'; reason: UnscannableReason }

/** Why a file could not be looked into: for programs to tell apart, and never changed in its meaning. */
export type UnscannableReason =
  | 'encrypted'
  /** The file, or what it unpacks to, is larger than the scanner takes. */
  | 'size-limit'
  | 'time-limit'
  | 'nesting-limit'
  | 'file-count-limit'
  /** Any other limit of the scanner's. */
  | 'scan-limit'
  /** Made to unpack to far more than it holds. */
  | 'archive-bomb'
  /** An archive that the scanner cannot unpack. */
  | 'unsupported-archive'

export interface ScannerVersion {
  engine: string
  signatureVersion: string | null
  /** The instant, in ISO 8601, at which the signatures were made; absent where the engine does not say. Later ones know more. */
  signaturesAt?: string
}

/** Makes pictures of files, within bounds of pixels, time and memory, and outside of the service's own processes. */
export interface Renderer {
  /**
   * A WebP at most `width` pixels wide, upright, without the source's metadata. Throws `unsupported-type`, saying why, for
   * a file that cannot be decoded within the bounds, also if it ends its decoder, `too-many-requests` when too much
   * waits already, and `renderer-unavailable` when a service that renders does not answer. Aborting ends the decoder and
   * rejects with the signal's reason.
   */
  render(request: RenderRequest): Promise<Buffer>

  /**
   * An image in its own format, upright, without metadata, within the size that is asked for. It has the same pixels where it
   * need not be turned or scaled, and in any case its frames, pages, depth, alpha and colours. Throws `unsupported-type` for
   * anything of which less would be left, and otherwise as `render` does. A body that fails fails it.
   */
  normalize(body: Readable, options: NormalizeOptions, signal?: AbortSignal): Promise<Readable>
}

export interface RenderRequest {
  /** Opens the source's bytes, once. */
  open: () => Promise<Readable>
  sizeBytes: number
  mimeType: string
  kind: 'image' | 'pdf' | 'video'
  width: number
  signal?: AbortSignal | undefined
}

export interface NormalizeOptions {
  /** Pixels; a larger image is scaled to fit, never a smaller one. */
  maxWidth?: number | undefined
  maxHeight?: number | undefined
}
