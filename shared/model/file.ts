import { z } from 'zod'
import type { FileId, SessionId, WorkspacePath } from './ids.ts'

/** JSON object of the caller's own, at most this many bytes of UTF-8 once serialized. */
export const maxMetadataBytes = 16 * 1024

const instant = z.iso.datetime({ precision: 3 })
const checksum = z.string().regex(/^[0-9a-f]{64}$/)
const fileId = z.uuidv4().transform((id) => id as FileId)

export const originSchema = z.enum(['user-upload', 'agent-created', 'generated'])
export const stateSchema = z.enum(['pending', 'ready', 'infected', 'unscannable'])

const scanned = {
  engine: z.string(),
  /** What the engine calls its signatures, e.g. `ClamAV 1.4.6/27800/…`; null for an engine without any. */
  signatureVersion: z.string().nullable(),
  /** When these signatures were made; absent where the engine does not say. */
  signaturesAt: instant.optional(),
  scannedAt: instant,
}
const cleanScan = z.strictObject({
  verdict: z.literal('clean'),
  ...scanned,
  /** The last later scan that came to no verdict; this one stands. */
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
  /** After this instant `sweep` gives path and quota back, unless the bytes have arrived. */
  expiresAt: instant,
  /** The most bytes that may arrive. */
  maxBytes: z.int().nonnegative(),
  overwrite: z.boolean(),
  /** SHA-256, hex, that the bytes must have. */
  expectedChecksum: checksum.optional(),
  /** The file that must still own the path at settle (`If-Match`), or `*` for any. */
  replaces: z.union([fileId, z.literal('*')]).optional(),
  /** What the workspace's `reservedBytes` holds for this file: its growth over the file it replaces. */
  reservedBytes: z.int().nonnegative(),
  /** How many have, as last noted: of an import, while its source is read. */
  receivedBytes: z.int().nonnegative().optional(),
  /** The blob store's name for the resumable session, to cancel it by; a secret of the service. */
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
  /** Bytes; while pending, what was declared. */
  sizeBytes: z.int().nonnegative(),
  storagePath: z.string(),
  metadata: z.record(z.string(), z.json()),
  origin: originSchema,
  createdAt: instant,
  updatedAt: instant,
  isDeleted: z.boolean(),
  deletedAt: instant.nullable(),
  supersededBy: fileId.nullable(),
  /** The order of reservation within the workspace; unique there, never reused. */
  sequence: z.int().positive(),
}
/** As `Content-Type` names it. `utf-16` starts with a byte order mark, which gives the byte order (RFC 2781 §4.3). */
const charset = z.enum(['utf-8', 'utf-16'])

const settled = {
  ...common,
  /** The encoding of a text whose bytes show it, as `Content-Type` names it. */
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
  /** Since when the bytes are known to be missing from the store, through no deletion of the service's own. */
  missingSince: instant.optional(),
})
const infectedFile = z.strictObject({
  ...settled,
  state: z.literal('infected'),
  scan: infectedScan,
  /** When a later scan found a file infected that had been ready; absent where the first one did. */
  condemnedAt: instant.optional(),
})
const unscannableFile = z.strictObject({
  ...settled,
  state: z.literal('unscannable'),
  scan: unscannableScan,
})

/** The one schema that every catalog decodes its rows with: a wrong record cannot be read or written. */
export const fileRecordSchema = z.discriminatedUnion('state', [
  pendingFile,
  readyFile,
  infectedFile,
  unscannableFile,
])

export type Origin = z.infer<typeof originSchema>
export type Charset = z.infer<typeof charset>
export type FileState = z.infer<typeof stateSchema>
export type Metadata = Record<string, z.infer<ReturnType<typeof z.json>>>
export type Reservation = z.infer<typeof reservation>
export type PendingFile = z.infer<typeof pendingFile>
export type ReadyFile = z.infer<typeof readyFile>
export type InfectedFile = z.infer<typeof infectedFile>
export type UnscannableFile = z.infer<typeof unscannableFile>
export type FileRecord = z.infer<typeof fileRecordSchema>
export type Scan = NonNullable<FileRecord['scan']>
