import type { Readable } from 'node:stream'
import type { FetchPolicy } from '../shared/runtime/sources.ts'
import type { FileRecord, Metadata, Origin, ReadyFile } from '../shared/model/file.ts'
import type { Listing, ListRequest } from '../shared/workspace/list.ts'
import type { Usage } from '../shared/model/usage.ts'
import type { SweepReport } from '../shared/workspace/sweep/report.ts'
import type { MediaRequest } from './media-request.ts'

export type { Listing, MediaRequest, SweepReport, Usage }

export interface OpenWorkspaceOptions {
  /** Whose files. By default `local`, the user of `npm start`; over Cloud Storage it must be named. */
  userId?: string
  /** Binds the workspace to one session: it sees and changes nothing else, and relative paths lie in it. */
  session?: string
  /** The variables of docs/configuration.md; by default the environment of this process. Bad ones throw an `Error` that names them. */
  env?: Readonly<Record<string, string | undefined>>
  /** Where URLs may lead; by default the public web. For tests with a server of their own. */
  fetchPolicy?: Partial<FetchPolicy>
  /** Hears of what goes wrong and is tried again, such as a scanner that is down. By default a warning of the process. */
  onWarning?: (message: string) => void
}

/** One user's files. Every method throws `WorkspaceError`, with a `code` to switch on, for what it refuses. */
export interface Workspace {
  readonly userId: string
  readonly session: string | undefined

  /**
   * Stores bytes under a path and resolves once they are scanned and ready. Throws `infected` or `unscannable` with the
   * file, `path-taken`, `quota-exceeded`, `too-large`; and `not-scanned`, with the file still on its way, where no verdict
   * comes in time.
   */
  write(path: string, content: Content, options?: WriteOptions): Promise<ReadyFile>

  /** The bytes of a ready file, or some of them, and its record. The body is the caller's to read to its end or to destroy. */
  read(file: FileName, range?: Range): Promise<{ file: ReadyFile; body: Readable }>

  /** A file's record, whatever its state. Throws `not-found`, and `gone` for one in the trash. */
  get(file: FileName): Promise<FileRecord>

  /** One page of files, newest first: 200 of them unless `limit` says otherwise, at most 1000. */
  list(options?: ListOptions): Promise<Listing>

  /** What the files hold, in bytes. */
  usage(): Promise<Usage>

  /** Renames, moves or describes a file. No byte is copied. */
  update(file: FileName, changes: FileUpdate): Promise<FileRecord>

  /** Copies a ready file. */
  copy(file: FileName, path: string, options?: { overwrite?: boolean }): Promise<FileRecord>

  /** Moves a file to the trash, or with `purge` removes it for good. Again is no error, until it is purged. */
  delete(file: FileName, options?: { purge?: boolean }): Promise<void>

  /** Brings a file back from the trash, to its old path or to another one. */
  restore(file: FileName, path?: string): Promise<FileRecord>

  /** Takes a file in any form in, scanned, and answers it in another form: see docs/media.md. */
  storeMedia(request: MediaRequest): Promise<string>

  /** The directory that the relative paths of `for_local_processing` begin in. What is put there is an input like any other. */
  executionDirectory(executionId: string): string

  /** Removes an execution's directory. One that is not there is no error. */
  cleanExecution(executionId: string): Promise<void>
}

/** The workspace that `openWorkspace` resolves to; it owns the stores and closes them when it is disposed. */
export interface OpenWorkspace extends Workspace, AsyncDisposable {
  /** Which scanner was found, in a sentence for whoever runs the program. */
  readonly scannerNotice: string

  /** The files of another user, or of one session, over the same stores and for as long. */
  forUser(userId: string, session?: string): Workspace

  /** Finishes what crashes have left behind and empties what has been in the trash for long enough, of all users. */
  sweep(options?: { signal?: AbortSignal }): Promise<SweepReport>
}

/** An id, an absolute path, or a `workspace://` reference. */
export type FileName = string

/** Text is stored in UTF-8. A Node stream and the body of a `fetch` are such iterables. */
export type Content = string | Uint8Array | AsyncIterable<Uint8Array>

/** First and last byte, both inclusive; without `end` to the end of the file. */
export interface Range {
  start: number
  end?: number
}

export interface WriteOptions {
  /** Replaces the file at the path; it stays readable by its id for the retention. */
  overwrite?: boolean
  /** A hint for what the bytes cannot tell, such as one text format from another. */
  mimeType?: string
  /** A JSON object of the caller's own, at most 16 KiB. */
  metadata?: Metadata
  /** `generated` by default. */
  origin?: Origin
  /** Where a relative path lies. */
  session?: string
  /** How long to wait for the verdict: 60 by default. */
  waitSeconds?: number
  signal?: AbortSignal
}

export interface FileUpdate {
  /** Not together with `path`. */
  name?: string
  path?: string
  /** Replaces the metadata whole. */
  metadata?: Metadata
}

export type ListOptions = Partial<Omit<ListRequest, 'session'>> & { session?: string }
