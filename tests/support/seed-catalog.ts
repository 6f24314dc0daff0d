import { randomUUID } from 'node:crypto'
import { Database } from '../../shared/adapters/sqlite/database/database.ts'
import { insertFile } from '../../shared/adapters/sqlite/rows.ts'
import { writeProgress } from '../../shared/adapters/sqlite/sweep.ts'
import { nextSequence } from '../../shared/adapters/sqlite/workspaces.ts'
import type { ReadyFile } from '../../shared/model/file.ts'
import type { FileId, WorkspacePath } from '../../shared/model/ids.ts'

const folders = 50
/** Files in `/reports/`, a prefix with the same page at every size of the catalog. */
const reports = 50
const sizeBytes = 1000

interface Seed {
  /** The workspace of the files. Default: the user of a request without `Authorization` in the local mode. */
  workspaceId?: string
  /** A multiple of 50. */
  files: number
  /** Puts all files into this folder. */
  folder?: string
  /** Further workspaces with 50 files each. */
  otherWorkspaces?: number
}

/**
 * Writes ready files into the catalog of a storage directory, without their bytes. They are in 50 folders. One is `/reports/`,
 * with 50 files spread over all sequences. Also stores the progress of a complete sweep, so that the sweep at the start of a
 * server does not mark the files as missing.
 */
export async function seedCatalog(
  directory: string,
  { workspaceId = 'local', files, folder, otherWorkspaces = 0 }: Seed,
): Promise<void> {
  await using database = await Database.open(directory)
  await database.write(() => {
    seedWorkspace(database, workspaceId, files, folder)
    for (let index = 0; index < otherWorkspaces; index += 1) {
      seedWorkspace(database, `user-${index}`, folders)
    }
    const endedAt = new Date().toISOString()
    const swept = { counters: { endedAt }, missing: { endedAt }, orphans: { endedAt } }
    writeProgress(database, JSON.stringify(swept))
  })
}

/** Inserts the first file, and copies of it with other ids, paths and sequences. */
function seedWorkspace(
  database: Database,
  workspaceId: string,
  count: number,
  folder?: string,
): void {
  const first = firstFile(workspaceId, nextSequence(database, workspaceId), folder)
  insertFile(database, first, new Date(first.createdAt))
  const changed = {
    id: 'new_id',
    sequence: 'new_sequence',
    path: 'new_path',
    folded_name: 'new_name',
    record: `json_set(record, '$.id', new_id, '$.sequence', new_sequence, '$.path', new_path, '$.name', new_name,
      '$.storagePath', 'local://' || workspace_id || '/' || new_id || '/' || new_name)`,
  }
  const columns = database
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all('files')
    .map((row) => String(row['name']))
  const values = columns.map((name) => (name in changed ? Reflect.get(changed, name) : name))
  const reportEvery = count / reports
  const copies = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count - 1),
    named AS MATERIALIZED (SELECT n + 1 AS new_sequence, printf('file-%07d.pdf', n) AS new_name,
      lower(printf('%08x-0000-4000-8000-', n) || hex(randomblob(6))) AS new_id,
      iif(n % ${reportEvery} = 0, '/reports/', printf('/folder-%d/', n % ${folders - 1} + 1)) AS spread_folder FROM numbers),
    numbered AS (SELECT *, coalesce(:folder, spread_folder) || new_name AS new_path FROM named)
    INSERT INTO files (${columns.join(', ')})
    SELECT ${values.join(', ')} FROM numbered, files WHERE workspace_id = :workspace AND sequence = 1`
  database.prepare(copies).run({ count, workspace: workspaceId, folder: folder ?? null })
  database
    .prepare(
      `UPDATE workspaces SET last_sequence = :count, record_count = :count, live_count = :count,
        live_bytes = :count * ${sizeBytes}, metadata_bytes = :count * metadata_bytes WHERE id = :workspace`,
    )
    .run({ count, workspace: workspaceId })
}

function firstFile(workspaceId: string, sequence: number, folder = '/reports/'): ReadyFile {
  const id = randomUUID() as FileId
  const name = 'file-0000000.pdf'
  const instant = '2026-01-01T00:00:00.000Z'
  return {
    id,
    workspaceId,
    name,
    path: `${folder}${name}` as WorkspacePath,
    sessionId: null,
    mimeType: 'application/pdf',
    sizeBytes,
    storagePath: `local://${workspaceId}/${id}/${name}`,
    metadata: { project: 'benchmark' },
    origin: 'user-upload',
    createdAt: instant,
    updatedAt: instant,
    isDeleted: false,
    deletedAt: null,
    supersededBy: null,
    sequence,
    checksum: '0'.repeat(64),
    generation: '1',
    state: 'ready',
    scan: { verdict: 'clean', engine: 'benchmark', signatureVersion: null, scannedAt: instant },
  }
}
