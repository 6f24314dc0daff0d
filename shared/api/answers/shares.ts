import { z } from 'zod'

const instant = z.iso.datetime()
const count = z.int().nonnegative()

const shareViewSchema = z
  .object({
    id: z.string().describe('SHA-256 of the token of the link, in hex.'),
    fileId: z.string().optional(),
    folder: z.string().optional().describe('Ends in `/`.'),
    state: z.enum(['active', 'expired', 'revoked']),
    createdAt: instant,
    expiresAt: instant,
    revokedAt: instant.nullable(),
    downloadCount: count,
    lastDownloadAt: instant.nullable(),
  })
  .meta({ id: 'Share' })

/** The answer to `POST /shares`: the only one with the address. */
export const createdShareSchema = shareViewSchema
  .extend({ url: z.string().describe('Works without a token. It cannot be read again.') })
  .meta({ id: 'CreatedShare' })

/** One page of `GET /shares`. */
export const shareListingSchema = z
  .object({
    shares: z.array(shareViewSchema),
    nextCursor: z.string().optional(),
    hasMore: z.boolean(),
  })
  .meta({ id: 'ShareListing' })

const sharedFileSchema = z
  .object({
    name: z.string().describe('In a folder: the path relative to it.'),
    sizeBytes: count,
    mimeType: z.string(),
    modifiedAt: instant,
    checksum: z.string().describe('SHA-256 in hex.'),
  })
  .meta({ id: 'SharedFile' })

/** `GET /s/{token}` with `Accept: application/json`. */
export const sharedSchema = z
  .union([
    z.object({ kind: z.literal('file'), file: sharedFileSchema, expiresAt: instant }),
    z.object({ kind: z.literal('folder'), name: z.string(), expiresAt: instant }),
  ])
  .meta({ id: 'Shared' })

/** One page of `GET /s/{token}/files`. */
export const sharedListingSchema = z
  .object({
    files: z.array(sharedFileSchema),
    nextCursor: z.string().optional(),
    hasMore: z.boolean(),
  })
  .meta({ id: 'SharedListing' })

export type ShareView = z.infer<typeof shareViewSchema>
export type SharedFileView = z.infer<typeof sharedFileSchema>
