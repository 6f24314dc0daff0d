import { notFound, type Caller } from '../../model/access.ts'
import { maxArchiveFiles, type ArchiveSelection } from '../../model/folders/archive-link.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { FileRecord } from '../../model/file.ts'
import type { FileId } from '../../model/ids.ts'
import type { ListQuery } from '../../model/listing.ts'
import { parseFileId } from '../../model/path.ts'
import type { Ports } from '../../ports/ports.ts'
import { readyFile } from '../read.ts'

/** The files of a page: 400 KB of records. */
const pageLength = 200

/** What a caller asks for: ids as sent, not validated. */
export type ArchiveRequest = { folder: string } | { ids: readonly string[] }

/**
 * Checks that there is an archive. Throws `not-found` for a folder without ready files and for an unknown id, `too-large` for
 * more files than an archive has, and the refusals of a download for a file that is not served.
 */
export async function selectFiles(
  ports: Pick<Ports, 'catalog' | 'limits'>,
  caller: Caller,
  request: ArchiveRequest,
  maxFiles = maxArchiveFiles,
): Promise<ArchiveSelection> {
  if ('ids' in request) {
    const ids: FileId[] = []
    for (const id of new Set(request.ids)) {
      ids.push((await readyFile(ports, caller, { id: parseFileId(id) ?? id })).id)
    }
    return { ids }
  }
  const { total } = await ports.catalog.list({
    ...queryOf(caller, request.folder),
    limit: 1,
    total: true,
  })
  if (!total || total.files === 0) throw notFound('folder')
  if (total.isMinimum || total.files > maxFiles) {
    throw new WorkspaceError(
      'too-large',
      `An archive has at most ${maxFiles} files, and this folder has more. Request its subfolders one by one.`,
    )
  }
  return request
}

/** The selected files that are ready now, each read when its turn comes. */
export async function* selectedFiles(
  { catalog }: Pick<Ports, 'catalog'>,
  caller: Caller,
  selection: ArchiveSelection,
): AsyncGenerator<FileRecord> {
  if ('ids' in selection) {
    for (const id of selection.ids) {
      const file = await catalog.get(caller.workspaceId, id)
      if (file) yield file
    }
    return
  }
  const query = queryOf(caller, selection.folder)
  let after: ListQuery['after']
  do {
    const page = await catalog.list({ ...query, limit: pageLength, ...(after && { after }) })
    yield* page.files
    after = page.next
  } while (after)
}

function queryOf({ workspaceId, session }: Caller, folder: string): Omit<ListQuery, 'limit'> {
  const order = { deleted: false, sort: 'path', descending: false } as const
  const within = session === undefined ? {} : { sessionId: session }
  return { workspaceId, prefix: folder, state: 'ready', ...order, ...within }
}
