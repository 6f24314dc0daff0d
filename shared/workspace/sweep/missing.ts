import type { FileRecord } from '../../model/file.ts'
import type { ListQuery } from '../../model/listing.ts'
import { beginning, pagedPhase, type Sweeping } from './phase.ts'
import { count, nameOf } from './report.ts'

const pageSize = 200
const concurrency = 16

/** Up to which file everything has been looked at: of the workspaces in their order, first what is live and then the trash. */
interface Position {
  workspaceId: string
  deleted: boolean
  sequence: number
}

/**
 * Asks for the bytes of every ready file, one by one, and marks those that are missing: a listing of blobs proves no
 * absence. Files whose bytes are there again lose the mark.
 */
export function missing(sweeping: Sweeping) {
  const { catalog, blobs } = sweeping.ports
  return pagedPhase<FileRecord>(sweeping, {
    page: async (text) => {
      // A store that is away, such as a disk that is not mounted, has lost nothing.
      await blobs.check()
      const at = text === beginning ? await firstOf(catalog) : (JSON.parse(text) as Position)
      if (!at) return { items: [] }
      const { files, next } = await catalog.list(queryOf(at))
      const more = next && 'sequence' in next ? { ...at, sequence: next.sequence } : undefined
      const position = more ?? (await behind(catalog, at))
      return { items: files, next: position && JSON.stringify(position) }
    },
    visit: (file) => check(sweeping, file),
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

type Workspaces = Pick<Sweeping['ports']['catalog'], 'listWorkspaces'>

async function firstOf(catalog: Workspaces, after?: string): Promise<Position | undefined> {
  const [workspaceId] = await catalog.listWorkspaces({ limit: 1, ...(after && { after }) })
  return workspaceId === undefined ? undefined : { workspaceId, deleted: false, sequence: 0 }
}

async function behind(catalog: Workspaces, at: Position): Promise<Position | undefined> {
  return at.deleted ? firstOf(catalog, at.workspaceId) : { ...at, deleted: true, sequence: 0 }
}

/** The safe name in a place is written once, and the file may have got another name since. */
function folderOf(storagePath: string): string {
  return storagePath.slice(0, storagePath.lastIndexOf('/'))
}

async function check({ ports, report, dryRun }: Sweeping, file: FileRecord): Promise<void> {
  if (file.state !== 'ready') return
  const place = ports.blobs.locate(file.workspaceId, file.id, file.name)
  if (folderOf(place) !== folderOf(file.storagePath)) {
    throw new Error(`its bytes are in another store: ${file.storagePath}`)
  }
  const blob = await ports.blobs.stat(file.storagePath)
  const isThere = blob?.generation === file.generation
  if (isThere === (file.missingSince === undefined)) return
  const action = isThere ? 'found' : 'missing'
  if (dryRun) return count(report, action, nameOf(file))
  // A file that was purged meanwhile is not marked: its record went before its bytes.
  const since = isThere ? null : ports.now()
  const mark = { generation: file.generation, since }
  const marked = await ports.catalog.markMissing(file.workspaceId, file.id, mark)
  if (marked) count(report, action, nameOf(file))
}
