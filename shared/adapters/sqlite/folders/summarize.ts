import { setImmediate } from 'node:timers/promises'
import type { SQLOutputValue } from 'node:sqlite'
import {
  summarizeFolders,
  type FolderPage,
  type FolderQuery,
  type PathPosition,
  type SummarizedFile,
} from '../../../model/folders/summaries.ts'
import { pathBounds } from '../../../model/path-bounds.ts'
import type { Database } from '../database/database.ts'

/** The most files that one statement reads, in about 10 ms. */
const maxFilesPerStep = 2000

/** Reads files in steps. Other requests run between steps. */
export async function summarize(database: Database, query: FolderQuery): Promise<FolderPage> {
  const { low, high, isEmpty } = pathBounds({ ...query, prefix: query.folder })
  if (isEmpty) return { folders: [] }
  const sql = `SELECT path, sequence, state, record ->> '$.sizeBytes' AS size
    FROM files INDEXED BY files_by_path
    WHERE workspace_id = :workspace AND is_deleted = 0 AND path < :high
      AND (path, sequence) > (:path, :sequence)
    ORDER BY path, sequence LIMIT :limit`
  const read = async (after: PathPosition | undefined, limit: number) => {
    if (after) await setImmediate()
    const from = after && after.path >= low ? after : { path: low, sequence: 0 }
    const values = { workspace: query.workspaceId, high, limit, ...from }
    const rows = await database.read(() => database.prepare(sql).all(values))
    return rows.map(decode)
  }
  return summarizeFolders(query, { batch: maxFilesPerStep, read })
}

function decode(row: Record<string, SQLOutputValue>): SummarizedFile {
  return {
    path: String(row['path']),
    sequence: Number(row['sequence']),
    state: row['state'] as SummarizedFile['state'],
    sizeBytes: Number(row['size']),
  }
}
