import { z } from 'zod'
import { createCursor, readPosition } from '../../model/cursor.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { ReadyFile } from '../../model/file.ts'
import { maxArchiveFiles } from '../../model/folders/archive-link.ts'
import type { ListPosition, ListQuery } from '../../model/listing.ts'
import type { Share } from '../../model/shares/share.ts'
import type { Ports } from '../../ports/ports.ts'
import { archiveEntries, type ArchiveEntry } from '../archive/entries.ts'
import { selectFiles } from '../archive/select.ts'
import { callerOf, nothingShared } from './open-share.ts'
import { isOneFile, isShared } from './shared-file.ts'

/** The name of the last file of the page before, relative to the folder. */
const position = z.strictObject({ name: z.string().refine((name) => name.isWellFormed()) })

export interface SharedFilesRequest {
  limit: number
  cursor?: string | undefined
  /** The most files that one query of the catalog reads: see `ListQuery`. */
  maxExamined?: number
}

export interface SharedFiles {
  files: ReadyFile[]
  nextCursor?: string
  hasMore: boolean
}

/** The path of a shared folder. Throws `not-found` for a share of one file. */
export function folderOf({ target }: Share): string {
  if ('fileId' in target) throw isOneFile()
  return target.folder
}

/** The name of a file relative to the shared folder. */
export function nameIn(share: Share, { path }: ReadyFile): string {
  return path.slice(folderOf(share).length)
}

/**
 * Lists one page of the ready files of a shared folder at any depth, by name. A cursor contains the name of a listed file only,
 * never that of a file that is not ready: the page continues past any number of such files.
 */
export async function listSharedFiles(
  { catalog }: Pick<Ports, 'catalog'>,
  share: Share,
  { limit, cursor, maxExamined }: SharedFilesRequest,
): Promise<SharedFiles> {
  const folder = folderOf(share)
  const bound = { share: share.id }
  const { name } = cursor === undefined ? { name: '' } : readPosition(bound, cursor, position)
  const query = { ...queryOf(share, folder), ...(maxExamined && { maxExamined }) }
  const files: ReadyFile[] = []
  // A path has one ready file at most, so the next page starts with the next path.
  let after: ListPosition | undefined =
    name === '' ? undefined : { path: folder + name, sequence: Number.MAX_SAFE_INTEGER }
  do {
    const wanted = limit + 1 - files.length
    const page = await catalog.list({ ...query, limit: wanted, ...(after && { after }) })
    files.push(...page.files.filter((file) => isShared(share, file)))
    after = page.next
  } while (after && files.length <= limit)
  const shown = files.slice(0, limit)
  const last = files.length > limit ? shown.at(-1) : undefined
  return {
    files: shown,
    ...(last && { nextCursor: createCursor(bound, { name: nameIn(share, last) }) }),
    hasMore: last !== undefined,
  }
}

/** The entries of a ZIP archive of a shared folder. Throws `too-large` for more files than an archive has, and `not-found` for none. */
export async function sharedArchive(
  ports: Pick<Ports, 'catalog' | 'blobs' | 'limits'>,
  share: Share,
  maxFiles = maxArchiveFiles,
): Promise<AsyncGenerator<ArchiveEntry>> {
  const caller = callerOf(share)
  const selection = await selectFiles(ports, caller, { folder: folderOf(share) }, maxFiles).catch(
    (error: unknown) => {
      if (!(error instanceof WorkspaceError)) throw error
      if (error.code === 'not-found') throw nothingShared()
      if (error.code === 'too-large') throw tooManyFiles(maxFiles)
      throw error
    },
  )
  return archiveEntries(ports, caller, selection)
}

function tooManyFiles(maxFiles: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `An archive has at most ${maxFiles} files, and this folder has more. List them with GET /api/workspace/s/{token}/files, and load each with GET /api/workspace/s/{token}/files/{path}.`,
  )
}

function queryOf({ workspaceId, session }: Share, folder: string): Omit<ListQuery, 'limit'> {
  const order = { deleted: false, sort: 'path', descending: false } as const
  const within = session === undefined ? {} : { sessionId: session }
  return { workspaceId, prefix: folder, state: 'ready', ...order, ...within }
}
