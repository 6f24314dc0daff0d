import {
  summarizeFolders,
  type FolderPage,
  type FolderQuery,
  type PathPosition,
  type SummarizedFile,
} from '../../../model/folders/summaries.ts'
import { narrowsPaths, pathBounds } from '../../../model/path-bounds.ts'
import { scopeTerm } from '../keys.ts'
import type { Query } from '../rest/query.ts'
import type { DocumentSnapshot } from '../rest/snapshot.ts'

const maxBatch = 1000

/**
 * Reads the fields that a summary needs of each file, which costs one read. A sum over an index would cost less to read, but every
 * searchable part of a name would need an entry in it.
 */
export async function summarize(files: Query, query: FolderQuery): Promise<FolderPage> {
  const { low, high, isEmpty } = pathBounds({ ...query, prefix: query.folder })
  if (isEmpty) return { folders: [] }
  const all = files.where('terms', 'array-contains', scopeTerm({ deleted: false }))
  const bounded = narrowsPaths(low) ? all.where('path', '>=', low).where('path', '<', high) : all
  const ordered = bounded
    .orderBy('path')
    .orderBy('sequence')
    .select('path', 'sequence', 'record.state', 'record.sizeBytes')
  const read = async (after: PathPosition | undefined, limit: number) => {
    const start = after ? ordered.startAfter(after.path, after.sequence) : ordered
    return (await start.limit(limit).get()).map(decode)
  }
  return summarizeFolders(query, { batch: maxBatch, read })
}

function decode(snapshot: DocumentSnapshot): SummarizedFile {
  return {
    path: String(snapshot.get('path')),
    sequence: Number(snapshot.get('sequence')),
    state: snapshot.get('record.state') as SummarizedFile['state'],
    sizeBytes: Number(snapshot.get('record.sizeBytes')),
  }
}
