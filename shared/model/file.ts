import { z } from 'zod'
import type { FileId, SessionId, WorkspacePath } from './ids.ts'

/** The most bytes of a file's metadata, as JSON in UTF-8. */
export const maxMetadataBytes = 16 * 1024

const instant = z.iso.datetime({ precision: 3 })
const checksum = z.string().regex(/^[0-9a-f]{64}$/)
const fileId = z.uuidv4().transform((id) => id as FileId)

export const originSchema = z.enum(['user-upload', 'agent-created', 'generated'])
export const stateSchema = z.enum(['pending', 'ready', 'infected', 'unscannable'])
/** Groups of media types: see `kindOf`. */
export const kindSchema = z.enum([
  'image',
  'video',
  'audio',
  'document',
  'archive',
  'text',
  'other',
])

const scanned = {
  engine: z.string(),
  /** The engine's name for its signatures, such as `ClamAV 1.4.6/27800/…`. Null for an engine without signatures. */
  signatureVersion: z.string().nullable(),
  /** When the signatures were published. Absent if the engine does not report it. */
  signaturesAt: instant.optional(),
  scannedAt: instant,
}
const cleanScan = z.strictObject({
  verdict: z.literal('clean'),
  ...scanned,
  /** The latest rescan without a verdict. The verdict of this scan stays valid. */
  inconclusive: z.strictObject({ reason: z.string(), ...scanned }).optional(),
})
const infectedScan = z.strictObject({
  verdict: z.literal('infected'),
  threat: z.string(),
  ...scanned,
})
const unscannableScan = z.strictObject({
  verdict: z.literal('unscannable'),
  reason: z.string(),
  ...scanned,
})

const reservation = z.strictObject({
  /** After this instant `sweep` releases path and quota, unless the bytes have arrived. */
  expiresAt: instant,
  /** The most bytes that may arrive. With `uploadId` exactly these must arrive. */
  maxBytes: z.int().nonnegative(),
  overwrite: z.boolean(),
  /** The SHA-256 checksum that the bytes must have, in hex. */
  expectedChecksum: checksum.optional(),
  /** The file that must still own the path at settle (`If-Match`), or `*` for any. */
  replaces: z.union([fileId, z.literal('*')]).optional(),
  /** This file's part of the workspace's `reservedBytes`: the bytes by which it may exceed the file that it replaces. */
  reservedBytes: z.int().nonnegative(),
  /** The number of bytes received so far, as last stored. Only for an import, while its source is read. */
  receivedBytes: z.int().nonnegative().optional(),
  /** The blob store's id of the resumable session, for cancelling it. Never disclosed to clients. */
  uploadId: z.string().optional(),
})

const common = {
  id: fileId,
  workspaceId: z.string().min(1),
  name: z.string().min(1),
  path: z
    .string()
    .startsWith('/')
    .transform((path) => path as WorkspacePath),
  sessionId: z
    .string()
    .transform((id) => id as SessionId)
    .nullable(),
  mimeType: z.string(),
  /** Bytes. While the file is pending, the declared size. */
  sizeBytes: z.int().nonnegative(),
  storagePath: z.string(),
  metadata: z.record(z.string(), z.json()),
  origin: originSchema,
  createdAt: instant,
  /** When the uploader last changed the bytes, if the upload gave it. See `modifiedAtOf`. */
  modifiedAt: instant.optional(),
  updatedAt: instant,
  isDeleted: z.boolean(),
  deletedAt: instant.nullable(),
  supersededBy: fileId.nullable(),
  /** The order of reservation within the workspace. Unique there and never reused. */
  sequence: z.int().positive(),
}
/** Charset of `Content-Type`. `utf-16` text starts with a byte order mark, which defines the byte order (RFC 2781 §4.3). */
const charset = z.enum(['utf-8', 'utf-16'])

const settled = {
  ...common,
  /** The encoding detected from the bytes of a text. */
  charset: charset.optional(),
  checksum,
  generation: z.string(),
}

const pendingFile = z.strictObject({
  ...common,
  state: z.literal('pending'),
  checksum: z.null(),
  generation: z.null(),
  scan: z.null(),
  reservation,
})
const readyFile = z.strictObject({
  ...settled,
  state: z.literal('ready'),
  scan: cleanScan,
  /** When a sweep found the bytes missing from the store, although the service did not delete them. */
  missingSince: instant.optional(),
})
const infectedFile = z.strictObject({
  ...settled,
  state: z.literal('infected'),
  scan: infectedScan,
  /** When a rescan found the ready file infected. Absent if the first scan found it infected. */
  condemnedAt: instant.optional(),
})
const unscannableFile = z.strictObject({
  ...settled,
  state: z.literal('unscannable'),
  scan: unscannableScan,
})

/** The schema with which every catalog decodes its rows, so that no use case receives an invalid record. */
export const fileRecordSchema = z.discriminatedUnion('state', [
  pendingFile,
  readyFile,
  infectedFile,
  unscannableFile,
])

export type Origin = z.infer<typeof originSchema>
export type Charset = z.infer<typeof charset>
export type FileKind = z.infer<typeof kindSchema>
export type FileState = z.infer<typeof stateSchema>
export type Metadata = Record<string, z.infer<ReturnType<typeof z.json>>>
export type Reservation = z.infer<typeof reservation>
export type PendingFile = z.infer<typeof pendingFile>
export type ReadyFile = z.infer<typeof readyFile>
export type InfectedFile = z.infer<typeof infectedFile>
export type UnscannableFile = z.infer<typeof unscannableFile>
export type FileRecord = z.infer<typeof fileRecordSchema>
export type Scan = NonNullable<FileRecord['scan']>

/** When the bytes were last changed: the time that the uploader gave, or else the time of the upload. */
export function modifiedAtOf({
  modifiedAt,
  createdAt,
}: Pick<FileRecord, 'modifiedAt' | 'createdAt'>) {
  return modifiedAt ?? createdAt
}
