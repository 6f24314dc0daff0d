import { assertWritable, mayRead, notFound, type Caller } from '../model/access.ts'
import { createCursor, readCursor } from '../model/cursor.ts'
import type { FileRecord, ReadyFile } from '../model/file.ts'
import type { Ports } from '../ports/ports.ts'
import { findFile, notServed } from './read.ts'
import { deletePurged } from './trim.ts'

export interface VersionListing {
  /** The file that owns the path first, if there is one. Then the files of the path in the trash, the last reserved first. */
  versions: FileRecord[]
  nextCursor?: string
  hasMore: boolean
}

/** Lists the ready files that the path of a file has held, as far as they are in the workspace or in the trash. */
export async function listVersions(
  ports: Pick<Ports, 'catalog'>,
  caller: Caller,
  request: { id: string; limit: number; cursor?: string | undefined },
): Promise<VersionListing> {
  const { path, workspaceId } = await visibleFile(ports, caller, request.id)
  const order = { sort: 'path', descending: true } as const
  const query = { workspaceId, path, state: 'ready', deleted: true, ...order } as const
  const after = request.cursor === undefined ? undefined : readCursor(query, request.cursor)
  const owner = after ? undefined : await ports.catalog.getByPath(workspaceId, path)
  const isOwned = owner?.state === 'ready' && !owner.isDeleted
  const { files, next } = await ports.catalog.list({
    ...query,
    limit: request.limit,
    ...(after && { after }),
  })
  return {
    versions: isOwned ? [owner, ...files] : files,
    ...(next && { nextCursor: createCursor(query, next) }),
    hasMore: next !== undefined,
  }
}

/**
 * Makes an earlier version the owner of a file's path. The present owner becomes a version in the trash. Copies no bytes: the
 * version keeps its id. Throws `not-found` for a version of another path.
 */
export async function restoreVersion(
  ports: Pick<Ports, 'catalog' | 'blobs'>,
  caller: Caller,
  { id, versionId }: { id: string; versionId: string },
): Promise<ReadyFile> {
  const { path, workspaceId } = await visibleFile(ports, caller, id)
  assertWritable(caller, path)
  const version = await findFile(ports, caller, { id: versionId })
  if (version.path !== path) throw notFound('version of this path')
  if (version.state !== 'ready') throw notServed(version)
  const restored = await ports.catalog.restoreVersion(workspaceId, version.id, path)
  // The version was purged, moved or found infected meanwhile.
  if (!restored) throw notFound('version of this path')
  await deletePurged(ports, workspaceId, restored.purged)
  return restored.file
}

async function visibleFile(
  ports: Pick<Ports, 'catalog'>,
  caller: Caller,
  id: string,
): Promise<FileRecord> {
  const file = await findFile(ports, caller, { id })
  if (!mayRead(caller, file)) throw notFound()
  return file
}
