import type { Caller } from '../../model/access.ts'
import { WorkspaceError, type ErrorCode } from '../../model/errors.ts'
import { stateOf, type Share } from '../../model/shares/share.ts'
import type { Ports } from '../../ports/ports.ts'
import { shareIdOf } from './token.ts'

/**
 * Finds the active share of a token. Throws `not-found` for a token that no share has, `share-revoked` and `share-expired`. The
 * holder of a token may learn how the share has ended.
 */
export async function openShare(
  { shares, now }: Pick<Ports, 'shares' | 'now'>,
  token: string,
): Promise<Share> {
  const share = await shares.get(shareIdOf(token))
  if (!share) {
    throw linkError(
      'not-found',
      'No share link has this address. It is not complete or was changed, or has ended long ago. Copy the whole link again, or ask its sender for a new one.',
    )
  }
  switch (stateOf(share, now())) {
    case 'active':
      return share
    case 'revoked':
      throw linkError('share-revoked', 'Its sender has revoked this link. Ask for a new one.')
    case 'expired':
      throw linkError(
        'share-expired',
        `This link has expired at ${share.expiresAt}. Ask its sender for a new one.`,
      )
  }
}

/** What the holder of a link may read: the files of its creator, within the session of the token that created it. */
export function callerOf({ workspaceId, session }: Share): Caller {
  return { workspaceId, ...(session !== undefined && { session }) }
}

/** The error for a share whose file is not served, for any reason: the holder of a link learns no reason. */
export function nothingShared(): WorkspaceError {
  return linkError(
    'not-found',
    'This link leads to nothing now. Its file may have been deleted: ask its sender.',
  )
}

/** The error for a link that is used as one of the other kind. */
export function otherKind(detail: string): WorkspaceError {
  return linkError('not-found', detail)
}

function linkError(code: ErrorCode, detail: string): WorkspaceError {
  return new WorkspaceError(code, `token: ${detail}`, { errors: [{ field: 'token', detail }] })
}
