import { z } from 'zod'
import { WorkspaceError } from '../errors.ts'
import type { FileId, SessionId } from '../ids.ts'

const dayMs = 86_400_000

/** The longest time that a share works: 365 days. */
export const maxShareSeconds = 31_536_000

/** A week: longer than most recipients need, and short enough that a forgotten link ends soon. */
export const defaultShareSeconds = 604_800

/** The most shares of one workspace that are stored. Shares that have ended make room for new ones. */
export const maxShares = 1_000

/** The most ended shares that one creation deletes to make room. */
export const maxEvictedShares = 50

/** How long an expired share is stored, so that its address can answer that it has expired. */
const keptMs = 30 * dayMs

const instant = z.iso.datetime({ precision: 3 })

const shareIdSchema = z.string().regex(/^[0-9a-f]{64}$/)

/** The schema with which every catalog decodes its shares. */
export const shareSchema = z.strictObject({
  /** SHA-256 of the token, in hex. The token itself is not stored. */
  id: shareIdSchema,
  workspaceId: z.string(),
  /** The session of the token that created the share. Files outside it are not shared. */
  session: z
    .string()
    .transform((session) => session as SessionId)
    .optional(),
  target: z.union([
    z.strictObject({ fileId: z.uuidv4().transform((id) => id as FileId) }),
    /** The folder's path, which ends in `/`. */
    z.strictObject({ folder: z.string().startsWith('/').endsWith('/') }),
  ]),
  createdAt: instant,
  expiresAt: instant,
  revokedAt: instant.nullable(),
  downloadCount: z.int().nonnegative(),
  lastDownloadAt: instant.nullable(),
})

export type Share = z.infer<typeof shareSchema>

/** One file, or the files of a folder at any depth. */
export type ShareTarget = Share['target']

export type ShareState = 'active' | 'expired' | 'revoked'

/** The place of a share in a list. */
export const sharePositionSchema = shareSchema.pick({ createdAt: true, id: true })

/** Text that a caller sends as the id of a share. */
export function isShareId(text: string): boolean {
  return shareIdSchema.safeParse(text).success
}

export function stateOf(share: Share, now: Date): ShareState {
  if (share.revokedAt !== null) return 'revoked'
  return share.expiresAt > now.toISOString() ? 'active' : 'expired'
}

/** The instant from which a share does not work. */
export function endOf({ revokedAt, expiresAt }: Share): string {
  return revokedAt ?? expiresAt
}

/** The instant from which the catalog may delete a share. */
export function purgeAtOf({ expiresAt }: Share): Date {
  return new Date(Date.parse(expiresAt) + keptMs)
}

export function isPurged(share: Share, now: Date): boolean {
  return purgeAtOf(share) <= now
}

/** The share after a revocation. A share that has ended does not change. */
export function revoked(share: Share, now: Date): Share {
  return stateOf(share, now) === 'active' ? { ...share, revokedAt: now.toISOString() } : share
}

/** Downloads of one share since the last write. */
export interface Downloads {
  count: number
  /** The last of them. */
  at: Date
}

export function withDownloads(share: Share, { count, at }: Downloads): Share {
  const { downloadCount, lastDownloadAt } = share
  const last = at.toISOString()
  const isLater = lastDownloadAt === null || last > lastDownloadAt
  return {
    ...share,
    downloadCount: downloadCount + count,
    lastDownloadAt: isLater ? last : lastDownloadAt,
  }
}

export function tooManyShares(): WorkspaceError {
  return new WorkspaceError(
    'quota-exceeded',
    `The workspace has reached its limit of ${maxShares} share links that are neither revoked nor expired. List them with GET /api/workspace/shares, and revoke those that nobody needs with DELETE /api/workspace/shares/{id}.`,
  )
}
