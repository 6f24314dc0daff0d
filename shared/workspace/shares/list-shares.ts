import type { Caller } from '../../model/access.ts'
import { createCursor, readPosition } from '../../model/cursor.ts'
import { WorkspaceError } from '../../model/errors.ts'
import { isShareId, sharePositionSchema, type Share } from '../../model/shares/share.ts'
import type { Ports } from '../../ports/ports.ts'

export interface ShareListing {
  shares: Share[]
  nextCursor?: string
  hasMore: boolean
}

/**
 * Lists one page of the caller's shares, the last created first. A token bound to a session sees the shares that were created
 * with such a token.
 */
export async function listShares(
  { shares }: Pick<Ports, 'shares'>,
  caller: Caller,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<ShareListing> {
  const query = { shares: true, ...scopeOf(caller) }
  const after = cursor === undefined ? undefined : readPosition(query, cursor, sharePositionSchema)
  const page = await shares.list({ ...scopeOf(caller), limit, ...(after && { after }) })
  return {
    shares: page.shares,
    ...(page.next && { nextCursor: createCursor(query, page.next) }),
    hasMore: page.next !== undefined,
  }
}

/** Ends a share immediately. A share that has ended does not change. Throws `not-found` for an unknown or foreign one. */
export async function revokeShare(
  { shares }: Pick<Ports, 'shares'>,
  caller: Caller,
  id: string,
): Promise<Share> {
  // Firestore rejects some texts as ids.
  const share = isShareId(id) ? await shares.revoke({ ...scopeOf(caller), id }) : undefined
  if (share) return share
  throw new WorkspaceError(
    'not-found',
    'id: There is no such share link in your workspace. List your share links with GET /api/workspace/shares.',
    { errors: [{ field: 'id', detail: 'is not the id of a share link in your workspace' }] },
  )
}

function scopeOf({ workspaceId, session }: Caller) {
  return { workspaceId, ...(session !== undefined && { session }) }
}
