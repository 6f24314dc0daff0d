import { z } from 'zod'
import { WorkspaceError } from '../errors.ts'
import type { FileId, SessionId } from '../ids.ts'

/** The most files of one archive. */
export const maxArchiveFiles = 10_000

/** The most ids of one archive, which must fit into a URL. */
export const maxArchiveIds = 100

/** The most links of one workspace that have not expired. */
export const maxLinks = 100

/** The schema with which every catalog decodes its links. */
export const archiveLinkSchema = z.strictObject({
  /** SHA-256 of the token, in hex. The token itself is not stored. */
  hash: z.string(),
  workspaceId: z.string(),
  /** The session of the token that created the link. */
  session: z
    .string()
    .transform((session) => session as SessionId)
    .optional(),
  selection: z.union([
    z.strictObject({ folder: z.string() }),
    z.strictObject({ ids: z.array(z.string().transform((id) => id as FileId)) }),
  ]),
  expiresAt: z.iso.datetime({ precision: 3 }),
})

export type ArchiveLink = z.infer<typeof archiveLinkSchema>

/** The files of an archive: those of a folder at any depth, or those with these ids. */
export type ArchiveSelection = ArchiveLink['selection']

export function tooManyLinks(): WorkspaceError {
  return new WorkspaceError(
    'too-many-requests',
    `The workspace has ${maxLinks} links to archives. Wait until some of them have expired, or request the archive with a token.`,
    { retryAfterSeconds: 60 },
  )
}
