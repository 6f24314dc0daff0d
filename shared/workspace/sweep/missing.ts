import type { FileRecord } from '../../model/file.ts'
import type { ListQuery } from '../../model/listing.ts'
import { startPosition, pagedPhase, type SweepContext } from './phase.ts'
import { count, nameOf } from './report.ts'

const pageSize = 200
const concurrency = 16

/** The last examined file: workspaces in order of their ids, in each the live files and then the trash. */
interface Position {
  workspaceId: string
  deleted: boolean
  sequence: number
}

/**
 * Looks up the bytes of every ready file, one by one, because a listing of blobs cannot prove that bytes are missing. Marks
 * files whose bytes are missing, and removes the mark if the bytes exist again.
 */
export function missing(context: SweepContext) {
  const { catalog, blobs } = context.ports
  return pagedPhase<FileRecord>(context, {
    page: async (text) => {
      // Fails the phase if the store is unavailable, such as a disk that is not mounted.
      await blobs.check()
      const at = text === startPosition ? await firstOf(catalog) : (JSON.parse(text) as Position)
      if (!at) return { items: [] }
      const { files, next } = await catalog.list(queryOf(at))
      const more = next && 'sequence' in next ? { ...at, sequence: next.sequence } : undefined
      const position = more ?? (await nextListing(catalog, at))
      return { items: files, next: position && JSON.stringify(position) }
    },
    visit: (file) => check(context, file),
    nameOf,
    positionOf: ({ workspaceId, isDeleted, sequence }) =>
      JSON.stringify({ workspaceId, deleted: isDeleted, sequence } satisfies Position),
    concurrency,
  })
}

function queryOf({ workspaceId, deleted, sequence }: Position): ListQuery {
  const order = { sort: 'created', descending: false } as const
  const after = sequence > 0 && { after: { sequence } }
  return { workspaceId, deleted, state: 'ready', ...order, limit: pageSize, ...after }
}

type Workspaces = Pick<SweepContext['ports']['catalog'], 'listWorkspaces'>

async function firstOf(catalog: Workspaces, after?: string): Promise<Position | undefined> {
  const [workspaceId] = await catalog.listWorkspaces({ limit: 1, ...(after && { after }) })
  return workspaceId === undefined ? undefined : { workspaceId, deleted: false, sequence: 0 }
}

async function nextListing(catalog: Workspaces, at: Position): Promise<Position | undefined> {
  return at.deleted ? firstOf(catalog, at.workspaceId) : { ...at, deleted: true, sequence: 0 }
}

/** Ignores the last segment, because a renamed file keeps the storage path of its first name. */
function folderOf(storagePath: string): string {
  return storagePath.slice(0, storagePath.lastIndexOf('/'))
}

async function check({ ports, report, dryRun }: SweepContext, file: FileRecord): Promise<void> {
  if (file.state !== 'ready') return
  const location = ports.blobs.locate(file.workspaceId, file.id, file.name)
  if (folderOf(location) !== folderOf(file.storagePath)) {
    throw new Error(`its bytes are in another store: ${file.storagePath}`)
  }
  const blob = await ports.blobs.stat(file.storagePath)
  const exists = blob?.generation === file.generation
  if (exists === (file.missingSince === undefined)) return
  const action = exists ? 'found' : 'missing'
  if (dryRun) return count(report, action, nameOf(file))
  // A concurrent purge cannot cause a mark, because it deletes the record before the bytes.
  const since = exists ? null : ports.now()
  const mark = { generation: file.generation, since }
  const marked = await ports.catalog.markMissing(file.workspaceId, file.id, mark)
  if (marked) count(report, action, nameOf(file))
}
