import type { Readable } from 'node:stream'
import type { FetchPolicy } from '../shared/runtime/sources.ts'
import type { OnConflict } from '../shared/model/conflict/on-conflict.ts'
import type { FileRecord, Metadata, Origin, ReadyFile } from '../shared/model/file.ts'
import type { Listing, ListRequest } from '../shared/workspace/list.ts'
import type { FolderListing } from '../shared/workspace/folders/list-folders.ts'
import type { operationView } from '../shared/api/operation-view.ts'
import type { shareView } from '../shared/api/share-view.ts'
import type { EventPage } from '../shared/workspace/events/read-events.ts'
import type { VersionListing } from '../shared/workspace/versions.ts'
import type { Usage } from '../shared/model/usage.ts'
import type { SweepReport } from '../shared/workspace/sweep/report.ts'
import type { MediaRequest } from './media-request.ts'
import type { AnyBlock as Block } from '../shared/blocks/any-block.ts'
import type { RunEvent } from '../shared/model/runs/run-event.ts'

/** One event: see docs/api.md. */
export type WorkspaceEvent = EventPage['events'][number]

export type {
  Block,
  EventPage,
  FolderListing,
  Listing,
  MediaRequest,
  OnConflict,
  RunEvent,
  SweepReport,
  Usage,
  VersionListing,
}

export interface OpenWorkspaceOptions {
  /** The owner of the files. Defaults to `local`, the user of `npm start`; required with Cloud Storage. */
  userId?: string
  /** Binds the workspace to one session: it reads and changes only that session. Relative paths resolve inside it. */
  session?: string
  /** The variables of docs/configuration.md; by default the environment of this process. Invalid ones throw an `Error` that names them. */
  env?: Readonly<Record<string, string | undefined>>
  /** The addresses that URLs may resolve to; by default the public web. For tests with a local server. */
  fetchPolicy?: Partial<FetchPolicy>
  /** Called for errors that are retried, such as a scanner that is down. Defaults to `process.emitWarning`. */
  onWarning?: (message: string) => void
}

/** One user's files. Every method throws a `WorkspaceError` with a `code` when it refuses a request. */
export interface Workspace {
  readonly userId: string
  readonly session: string | undefined

  /**
   * Stores bytes under a path and resolves when the file is scanned and ready. Throws `infected` or `unscannable` with the
   * file, `path-taken`, `quota-exceeded` or `too-large`. Throws `not-scanned` with the pending file if there is no verdict
   * within `waitSeconds`.
   */
  write(path: string, content: Content, options?: WriteOptions): Promise<ReadyFile>

  /** Returns a ready file's record and its bytes, or a range of them. Read the body to its end or destroy it. */
  read(file: FileName, range?: Range): Promise<{ file: ReadyFile; body: Readable }>

  /** Returns a file's record in any state. Throws `not-found`, and `gone` for a file in the trash. */
  get(file: FileName): Promise<FileRecord>

  /** Returns one page of files, newest first. `limit` defaults to 200; the maximum is 1000. */
  list(options?: ListOptions): Promise<Listing>

  /** Returns the usage of the workspace and its limits. */
  usage(): Promise<Usage>

  /** Renames or moves a file, or replaces its metadata. Copies no bytes. */
  update(file: FileName, changes: FileUpdate): Promise<FileRecord>

  /** Copies a ready file. */
  copy(file: FileName, path: string, options?: ConflictOptions): Promise<FileRecord>

  /** Moves a file to the trash, or with `purge` deletes it permanently. Deleting it twice is no error until it is purged. */
  delete(file: FileName, options?: { purge?: boolean }): Promise<void>

  /** Restores a file from the trash, to its old path or to `path`. */
  restore(
    file: FileName,
    path?: string,
    options?: Pick<ConflictOptions, 'onConflict'>,
  ): Promise<FileRecord>

  /** Returns one page of the ready versions at the path of a file, the current one first. */
  versions(file: FileName, options?: PageOptions): Promise<VersionListing>

  /** Makes an earlier version the current file of its path. The current file becomes a version. Copies no bytes. */
  restoreVersion(file: FileName, version: FileName): Promise<ReadyFile>

  /** Returns one page of the direct subfolders of a folder, in path order, with the number and the bytes of their ready files. */
  folders(options?: FolderOptions): Promise<FolderListing>

  /**
   * Moves or renames a folder: replaces it at the start of the path of each of its files. Copies no bytes. Resolves when the
   * move has ended, or after `waitSeconds` with `state: 'running'`. `operation` or a sweep then continues it.
   */
  moveFolder(from: string, to: string, options?: OperationWait): Promise<Operation>

  /** Moves the files of a folder to the trash. Resolves as `moveFolder` does. */
  deleteFolder(folder: string, options?: OperationWait): Promise<Operation>

  /**
   * Restores a folder from the trash: at each path the file that was deleted last, or with `operation` exactly the files of that
   * deletion. Resolves as `moveFolder` does.
   */
  restoreFolder(
    from: { folder: string } | { operation: string },
    options?: OperationWait,
  ): Promise<Operation>

  /** Continues an operation that is running, and returns its progress. */
  operation(id: string, options?: OperationWait): Promise<Operation>

  /**
   * Returns a ZIP of the ready files of a folder or of the given files. Makes it while the body is read. Read the body to its end or
   * destroy it. Throws `not-found`, and `too-large` for more than 10,000 files.
   */
  archive(
    from: { folder: string } | { files: readonly FileName[] },
  ): Promise<{ name: string; body: Readable }>

  /**
   * Shares a ready file, or the files of a folder, with anyone who has the address: a service over the same stores serves it at
   * `/api/workspace/s/{token}`. `expiresIn` is in seconds: a week by default, 365 days at most. No other method returns the token.
   */
  share(
    target: { file: FileName } | { folder: string },
    options?: { expiresIn?: number },
  ): Promise<CreatedShare>

  /** Returns one page of the share links, the last created first, with the number of their downloads. */
  shares(options?: PageOptions): Promise<ShareListing>

  /** Ends a share link at once. Revoking it twice is no error. Throws `not-found`. */
  revokeShare(id: string): Promise<void>

  /**
   * Returns the events of the workspace after a number, in order. Without `after`, returns no events and the latest number.
   * Throws `events-expired` if the next event is no longer kept: list the files, and continue after `latest`.
   */
  events(options?: { after?: number; limit?: number }): Promise<EventPage>

  /**
   * Yields events as they happen, after a number or from now on, also those of other processes. Throws as `events` does, and the
   * signal's reason.
   */
  follow(options?: {
    after?: number
    signal?: AbortSignal
  }): AsyncGenerator<WorkspaceEvent, never, undefined>

  /** Reads a file in any form, scans it, and returns it in another form: see docs/media.md. */
  storeMedia(request: MediaRequest): Promise<string>

  /** Returns the directory that the paths of `for_local_processing` are relative to. Files in it can be inputs. */
  executionDirectory(executionId: string): string

  /** Removes an execution's directory. A missing directory is no error. */
  cleanExecution(executionId: string): Promise<void>

  /**
   * Runs a block (`coffer/blocks`) and yields its events. Files of the outputs are stored in this workspace. Leaving the loop, or
   * aborting the signal, cancels the run. Throws `invalid-request` for the input, before the first event.
   */
  runBlock(
    block: Block,
    input: unknown,
    options?: RunOptions,
  ): AsyncGenerator<RunEvent, void, undefined>
}

/** The workspace that `openWorkspace` resolves to. Disposing it closes the stores. */
export interface OpenWorkspace extends Workspace, AsyncDisposable {
  /** Describes the scanner in use, in a sentence for the operator. */
  readonly scannerNotice: string

  /** Opens the files of another user, or of one session, in the same stores. */
  forUser(userId: string, session?: string): Workspace

  /** Repairs the effects of crashes and purges expired trash, for all users. */
  sweep(options?: { signal?: AbortSignal }): Promise<SweepReport>
}

export interface RunOptions {
  /** The session of the run and of the files that it stores. */
  session?: string
  /** Equal keys are one run, for 30 days. */
  idempotencyKey?: string
  signal?: AbortSignal
}

/** An id, an absolute path, or a `workspace://` reference. */
export type FileName = string

/** Text is stored in UTF-8. Node streams and `fetch` bodies are async iterables. */
export type Content = string | Uint8Array | AsyncIterable<Uint8Array>

/** First and last byte, both inclusive. `end` defaults to the last byte of the file. */
export interface Range {
  start: number
  end?: number
}

/** What happens at a taken path. */
export interface ConflictOptions {
  /**
   * `fail` throws `path-taken`, which is the default. `replace` moves the file at the path to the trash, where it stays readable
   * by its id for the retention. `rename` uses a free numbered name: the record tells the path.
   */
  onConflict?: OnConflict
  /** `true` is `onConflict: 'replace'`. */
  overwrite?: boolean
}

export interface WriteOptions extends ConflictOptions {
  /** A hint for types that the bytes do not reveal, such as text formats. */
  mimeType?: string
  /** A JSON object of at most 16 KiB. */
  metadata?: Metadata
  /** When the bytes were last changed: RFC 3339. */
  modifiedAt?: string
  /** Defaults to `generated`. */
  origin?: Origin
  /** The session that a relative path resolves in. */
  session?: string
  /** Time to wait for the verdict; default 60. */
  waitSeconds?: number
  signal?: AbortSignal
}

export interface FileUpdate {
  /** Cannot be combined with `path`. */
  name?: string
  path?: string
  onConflict?: OnConflict
  /** Replaces all metadata. */
  metadata?: Metadata
}

export interface PageOptions {
  /** Defaults to 200; the maximum is 1000. */
  limit?: number
  cursor?: string
}

/** A share link without its address. */
export type Share = ReturnType<typeof shareView>

/** The `token` is the secret part of the address, and cannot be read again. */
export type CreatedShare = Share & { token: string }

export interface ShareListing {
  shares: Share[]
  nextCursor?: string
  hasMore: boolean
}

export interface FolderOptions extends PageOptions {
  /** Defaults to the top folder of the session or the workspace. */
  prefix?: string
  session?: string
}

export interface OperationWait {
  /** Time to wait for the end; default 60. */
  waitSeconds?: number
  /** Ends the wait, not the operation. */
  signal?: AbortSignal
}

/** An operation on a folder: see docs/api.md. */
export type Operation = ReturnType<typeof operationView>

export type ListOptions = Partial<Omit<ListRequest, 'session'>> & { session?: string }
