import { createHash, randomBytes } from 'node:crypto'
import type { Caller } from '../../model/access.ts'
import type { ArchiveLink, ArchiveSelection } from '../../model/folders/archive-link.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { Ports } from '../../ports/ports.ts'

const tokenBytes = 32

/** Creates a link to an archive. Anyone who has its token can use it until it expires. */
export async function createLink(
  { links, now }: Pick<Ports, 'links' | 'now'>,
  caller: Caller,
  { selection, expiresInSeconds }: { selection: ArchiveSelection; expiresInSeconds: number },
): Promise<{ token: string; expiresAt: Date }> {
  const token = randomBytes(tokenBytes).toString('base64url')
  const expiresAt = new Date(now().getTime() + expiresInSeconds * 1000)
  await links.create({
    hash: hashOf(token),
    workspaceId: caller.workspaceId,
    ...(caller.session !== undefined && { session: caller.session }),
    selection,
    expiresAt: expiresAt.toISOString(),
  })
  return { token, expiresAt }
}

/** Finds the link of a token. Throws `forbidden` for an unknown or expired one. */
export async function findLink(
  { links }: Pick<Ports, 'links'>,
  token: string,
): Promise<{ caller: Caller; selection: ArchiveSelection }> {
  const link = await links.get(hashOf(token))
  if (!link) throw expired()
  return { caller: callerOf(link), selection: link.selection }
}

function callerOf({ workspaceId, session }: ArchiveLink): Caller {
  return { workspaceId, ...(session !== undefined && { session }) }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function expired(): WorkspaceError {
  return new WorkspaceError(
    'forbidden',
    'This link has expired, or is not as it was given out. Ask for a new one with GET /api/workspace/archive.',
  )
}
