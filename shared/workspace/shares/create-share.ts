import type { Caller } from '../../model/access.ts'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { SessionId } from '../../model/ids.ts'
import { parseFolder, sessionFolder } from '../../model/path.ts'
import { defaultShareSeconds, type Share, type ShareTarget } from '../../model/shares/share.ts'
import type { Ports } from '../../ports/ports.ts'
import { readyFile } from '../read.ts'
import { newShareToken, shareIdOf } from './token.ts'

export interface ShareRequest {
  /** An id as sent, or a folder as sent, which may be relative to the session. */
  target: { fileId: string } | { folder: string; session?: SessionId | undefined }
  /** Default: `defaultShareSeconds`. */
  expiresInSeconds?: number | undefined
}

export interface CreatedShare {
  share: Share
  /** The secret of the link, which cannot be read again. */
  token: string
}

/**
 * Shares a ready file, or a folder that contains a file. Anyone who has the token can read them until the share ends. Throws
 * `quota-exceeded` for too many shares, and the refusals of a download.
 */
export async function createShare(
  ports: Pick<Ports, 'catalog' | 'shares' | 'limits' | 'now'>,
  caller: Caller,
  { target, expiresInSeconds = defaultShareSeconds }: ShareRequest,
): Promise<CreatedShare> {
  const checked = await checkTarget(ports, caller, target)
  const token = newShareToken()
  const createdAt = ports.now()
  const share: Share = {
    id: shareIdOf(token),
    workspaceId: caller.workspaceId,
    ...(caller.session !== undefined && { session: caller.session }),
    target: checked,
    createdAt: createdAt.toISOString(),
    expiresAt: new Date(createdAt.getTime() + expiresInSeconds * 1000).toISOString(),
    revokedAt: null,
    downloadCount: 0,
    lastDownloadAt: null,
  }
  await ports.shares.create(share)
  return { share, token }
}

async function checkTarget(
  ports: Pick<Ports, 'catalog' | 'limits'>,
  caller: Caller,
  target: ShareRequest['target'],
): Promise<ShareTarget> {
  if ('fileId' in target) {
    const id = target.fileId
    const file = await readyFile(ports, caller, { id }).catch(namingFileId)
    return { fileId: file.id }
  }
  const folder = parseFolder(target.folder, target.session ?? caller.session, 'folder')
  if (folder === '/') {
    throw invalid('folder', 'must not be the whole workspace; move the files into a folder')
  }
  if (caller.session !== undefined && !folder.startsWith(sessionFolder(caller.session))) {
    throw new WorkspaceError(
      'forbidden',
      `This token is bound to the session "${caller.session}": share a folder under "${sessionFolder(caller.session)}".`,
    )
  }
  if (!(await containsFile(ports, caller, folder))) throw notThere('folder', 'contains no file')
  return { folder }
}

/** Names the field in the error for an unknown file. Throws other errors unchanged. */
function namingFileId(error: unknown): never {
  const isUnknown = error instanceof WorkspaceError && error.code === 'not-found'
  throw isUnknown ? notThere('fileId', 'is not the id of a file in your workspace') : error
}

function notThere(field: string, rule: string): WorkspaceError {
  const detail = `${rule}; list your files with GET /api/workspace/files`
  return new WorkspaceError('not-found', `${field}: ${detail}`, { errors: [{ field, detail }] })
}

/** Whether a file outside the trash is in the folder, in any state. */
async function containsFile(
  { catalog }: Pick<Ports, 'catalog'>,
  { workspaceId }: Caller,
  prefix: string,
): Promise<boolean> {
  const order = { deleted: false, sort: 'path', descending: false } as const
  const { files } = await catalog.list({ workspaceId, prefix, ...order, limit: 1 })
  return files.length > 0
}
