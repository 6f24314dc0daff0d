import type { Database } from './database.ts'

interface Position {
  createdAt: string
  id: string
}

interface NewestFirstQuery {
  workspaceId: string
  session?: string | undefined
  /** Limit of the records of the page. */
  limit: number
  /** The last record of the page before. */
  after?: Position | undefined
}

/** A table of records in JSON with the indexes `{table}_by_creation` and `{table}_by_session`. */
interface RecordTable<Record> {
  table: 'runs' | 'shares'
  column: 'run' | 'share'
  decode: (json: unknown) => Record
}

/** Reads a page of the records of a workspace or session, the newest first, without purged records. */
export async function newestFirst<Record extends Position>(
  database: Database,
  { table, column, decode }: RecordTable<Record>,
  { workspaceId, session, limit, after, now }: NewestFirstQuery & { now: Date },
): Promise<{ records: Record[]; next?: Position }> {
  const isOfSession = session !== undefined
  const sql = `SELECT ${column} FROM ${table}
    INDEXED BY ${table}_${isOfSession ? 'by_session' : 'by_creation'}
    WHERE workspace_id = :workspace ${isOfSession ? 'AND session = :session' : ''}
      AND (created_at, id) < (:createdAt, :id) AND purge_at > :now
    ORDER BY created_at DESC, id DESC LIMIT :limit`
  const rows = await database.read(() =>
    database.prepare(sql).all({
      workspace: workspaceId,
      ...(isOfSession && { session }),
      // Later than every instant.
      createdAt: after?.createdAt ?? '~',
      id: after?.id ?? '',
      now: now.toISOString(),
      limit: limit + 1,
    }),
  )
  const records = rows.slice(0, limit).map((row) => decode(row[column]))
  const last = rows.length > limit ? records.at(-1) : undefined
  return { records, ...(last && { next: { createdAt: last.createdAt, id: last.id } }) }
}
