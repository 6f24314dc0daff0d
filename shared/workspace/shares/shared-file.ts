import { mayRead } from '../../model/access.ts'
import { WorkspaceError, type ErrorCode } from '../../model/errors.ts'
import type { FileRecord, ReadyFile } from '../../model/file.ts'
import type { WorkspacePath } from '../../model/ids.ts'
import { parsePath } from '../../model/path.ts'
import type { Share } from '../../model/shares/share.ts'
import type { Ports } from '../../ports/ports.ts'
import { openContent, type Content } from '../read.ts'
import { callerOf, nothingShared, otherKind } from './open-share.ts'

type ReadPorts = Pick<Ports, 'catalog' | 'blobs' | 'limits'>

/** The file of a share of one file. Throws `not-found` unless it is ready and not in the trash. */
export async function sharedFile(
  { catalog }: Pick<Ports, 'catalog'>,
  share: Share,
): Promise<ReadyFile> {
  if (!('fileId' in share.target)) throw nothingShared()
  const file = await catalog.get(share.workspaceId, share.target.fileId)
  if (file && isShared(share, file)) return file
  throw nothingShared()
}

/** The file at a path below the shared folder, as sent. Throws `not-found`, and `invalid-request` for an invalid path. */
export async function sharedFileAt(
  { catalog }: Pick<Ports, 'catalog'>,
  share: Share,
  path: string,
): Promise<ReadyFile> {
  if ('fileId' in share.target) throw isOneFile()
  const full = share.target.folder.slice(0, -1) + parsePath(path)
  const file = await catalog.getByPath(share.workspaceId, full as WorkspacePath)
  if (file && isShared(share, file)) return file
  const detail =
    'names no file of this folder. List its files with GET /api/workspace/s/{token}/files.'
  throw new WorkspaceError('not-found', `path: ${detail}`, { errors: [{ field: 'path', detail }] })
}

/** The error for a path below a share of one file. */
export function isOneFile(): WorkspaceError {
  return otherKind('This link leads to one file: load it with GET /api/workspace/s/{token}.')
}

export function isShared(share: Share, file: FileRecord): file is ReadyFile {
  return file.state === 'ready' && !file.isDeleted && mayRead(callerOf(share), file)
}

/** Reasons for which a file is not served, which the holder of a link does not learn. */
const concealed: ReadonlySet<ErrorCode> = new Set([
  'not-found',
  'gone',
  'not-scanned',
  'infected',
  'unscannable',
  'content-missing',
])

/** The bytes of a shared file. Throws `not-found` if they are not served, also while they are read. */
export async function sharedContent(
  ports: ReadPorts,
  share: Share,
  file: ReadyFile,
): Promise<Content> {
  const content = await concealing(openContent(ports, callerOf(share), file))
  return {
    file,
    open: (range) => concealing(content.open(range)),
    bytes: (range) => concealing(content.bytes(range)),
    openFile: () => concealing(content.openFile()),
  }
}

async function concealing<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    throw error instanceof WorkspaceError && concealed.has(error.code) ? nothingShared() : error
  }
}
