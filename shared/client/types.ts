import type { z } from 'zod'
import type { fileViewSchema } from '../api/answers/file.ts'
import type { folderListingSchema, operationSchema } from '../api/answers/folders.ts'
import type { listingSchema, versionListingSchema } from '../api/answers/listing.ts'
import type { linkSchema, uploadTicketSchema } from '../api/answers/transfers.ts'
import type { createdShareSchema, shareListingSchema } from '../api/answers/shares.ts'
import type { usageSchema } from '../api/answers/usage.ts'
import type { copyBody, restoreBody, updateBody } from '../api/requests/changes.ts'
import type { moveFolderBody, restoreFolderBody } from '../api/requests/folders.ts'
import type {
  archiveQuery,
  downloadQuery,
  foldersQuery,
  listQuery,
  previewQuery,
  versionsQuery,
} from '../api/requests/reads.ts'
import type { shareBody, sharePageQuery } from '../api/requests/shares.ts'
import type { importBody, openUploadBody } from '../api/requests/uploads.ts'

/** The record of a file. */
export type FileView = z.input<typeof fileViewSchema>
export type ReadyFile = Extract<FileView, { state: 'ready' }>
export type Page = z.input<typeof listingSchema>
export type VersionPage = z.input<typeof versionListingSchema>
export type FolderPage = z.input<typeof folderListingSchema>
export type Operation = z.input<typeof operationSchema>
export type Usage = z.input<typeof usageSchema>
export type Link = z.input<typeof linkSchema>
export type CreatedShare = z.input<typeof createdShareSchema>
export type SharePage = z.input<typeof shareListingSchema>
export type UploadTicket = z.input<typeof uploadTicketSchema>

/** Without `fields`: pages have whole records. */
export type ListOptions = Partial<Omit<z.output<typeof listQuery>, 'fields'>>
export type VersionOptions = Partial<z.output<typeof versionsQuery>>
export type FolderOptions = Partial<z.output<typeof foldersQuery>>
export type FolderMove = z.input<typeof moveFolderBody>
export type FolderRestore = z.input<typeof restoreFolderBody>
/** A folder, or files by their ids. */
export type ArchiveOptions = Partial<Omit<z.output<typeof archiveQuery>, 'expiresIn'>>
export type LinkOptions = Partial<z.output<typeof downloadQuery>>
/** One file, or one folder. `expiresIn` is in seconds: a week by default, 365 days at most. */
export type ShareOptions = z.input<typeof shareBody>
export type SharePageOptions = Partial<z.output<typeof sharePageQuery>>
export type PreviewOptions = Partial<z.output<typeof previewQuery>>
export type Changes = z.input<typeof updateBody>
export type CopyOptions = z.input<typeof copyBody>
export type RestoreOptions = z.input<typeof restoreBody>
export type ImportOptions = z.input<typeof importBody>

/** An answer of the service, read to its end. */
export interface Answer {
  status: number
  header(name: string): string | null
  text: string
}

/** Bytes to upload: a `File` of a browser, or any `Blob`. */
export type Body = Blob & {
  readonly name?: string
  readonly lastModified?: number
  readonly webkitRelativePath?: string
}

type Target = Pick<
  z.input<typeof openUploadBody>,
  'session' | 'overwrite' | 'onConflict' | 'metadata' | 'origin' | 'modifiedAt'
>

export interface UploadOptions extends Target {
  /** Where the file goes. Default: its name, in the session or at the root. */
  path?: string
  name?: string
  /** Replaces only the version with this checksum. */
  ifMatch?: string
  mimeType?: string
  /** The SHA-256 of the bytes in hex. The service refuses other bytes. */
  checksum?: string
  /** `auto`: resumable above 8 MiB, else one request. */
  strategy?: 'auto' | 'multipart' | 'raw' | 'resumable'
  /** The bytes of one request of a resumable upload. Default: 32 MiB. */
  chunkBytes?: number
  /** Continues an upload of the same bytes that a reload interrupted. Default: true. */
  resume?: boolean
  /** The longest time to wait for the verdict after the last byte. Default: 60. */
  waitSeconds?: number
  /** Cancels the upload, as `cancel()` does. */
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
}

export interface Progress {
  phase: 'uploading' | 'scanning' | 'done'
  /** Never more than `totalBytes`. Falls if bytes were lost on the way. */
  sentBytes: number
  totalBytes: number
}

export type UploadState = 'waiting' | 'uploading' | 'paused' | 'scanning' | 'ready' | 'failed'

export interface Upload {
  /** Rejects with a `CofferError`, or with the reason of `signal` or `cancel()`. */
  readonly done: Promise<ReadyFile>
  readonly state: UploadState
  /** Stops sending. The bytes that the service has stay there. */
  pause(): void
  resume(): void
  /** Ends the upload and deletes what the service has of it. */
  cancel(): void
}

/** What `upload()` remembers across reloads, such as `localStorage`. Its values are secrets of the user. */
export interface KeyValue {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export interface RetryOptions {
  /** Failures in a row without progress after which an upload fails. */
  attempts: number
  firstMs: number
  maxMs: number
}

export interface CofferOptions {
  /** The origin of the service, with the path of its `PUBLIC_URL`. */
  baseUrl: string
  /** The bearer token. Called with `refresh: true` after a 401. */
  token?: (options: { refresh: boolean }) => string | undefined | Promise<string | undefined>
  /** The session of every request that names no other. */
  session?: string
  /** `false` on shared machines. Default: `localStorage` where there is one. */
  store?: KeyValue | false
  retry?: Partial<RetryOptions>
  fetch?: typeof fetch
}
