import type { Share } from '../../../shared/model/shares/share.ts'
import { user, type World } from '../catalog/world.ts'

/** A share of the folder `/a/` that works for a minute. */
export function shareOf(world: World, id: string, changed: Partial<Share> = {}): Share {
  return {
    id,
    workspaceId: user,
    target: { folder: '/a/' },
    createdAt: world.now.toISOString(),
    expiresAt: new Date(world.now.getTime() + 60_000).toISOString(),
    revokedAt: null,
    downloadCount: 0,
    lastDownloadAt: null,
    ...changed,
  }
}
