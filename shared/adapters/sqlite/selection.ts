import type { SQLInputValue } from 'node:sqlite'
import { foldCase } from '../../model/case-folding.ts'
import type { ListQuery } from '../../model/listing.ts'
import { narrowsPaths, pathBounds } from '../../model/path-bounds.ts'
import type { Database } from './database/database.ts'

/** The most files under a prefix that SQLite sorts. For more files, reads the workspace in order until the page is full. */
const maxSortedFiles = 1000

const withinBounds = 'path >= :low AND path < :high'

/** The second condition repeats the `WHERE` of the partial index, which SQLite requires to use it. */
const stateNotReady = `state = :state AND state <> 'ready'`

const modifiedAt = `coalesce(record ->> '$.modifiedAt', created_at)`

const timeConditions = {
  createdAfter: 'created_at >=',
  createdBefore: 'created_at <',
  modifiedAfter: `${modifiedAt} >=`,
  modifiedBefore: `${modifiedAt} <`,
}

/** The SQL that selects the files of a query, independent of the page. */
export interface Selection {
  index: string
  /** Conditions that the index answers as one range. */
  keys: Condition
  /** Conditions that SQLite tests for each entry of that range. */
  filters: Condition
  /** Paths from `low` (inclusive) to `high` (exclusive). */
  bounds: { low: string; high: string }
  /** Whether the index has the order of the query. If not, the range is short and SQLite sorts it. */
  isOrdered: boolean
}

interface Condition {
  sql: string[]
  values: Record<string, SQLInputValue>
}

export function select(database: Database, query: ListQuery): Selection {
  const { state, origin, sessionId, nameContains } = query
  const { isEmpty, isNarrowed, ...bounds } = pathBounds(query)
  const scope = { workspace: query.workspaceId, deleted: Number(query.deleted) }
  const index = indexOf(query, {
    isNarrowPrefix: () =>
      isNarrow(database, 'files_by_path', [withinBounds, { ...scope, ...bounds }]),
    isRareState: () =>
      isNarrow(database, 'files_not_ready', [stateNotReady, { ...scope, state: state ?? '' }]),
  })
  const keys: Condition = {
    sql: ['workspace_id = :workspace AND is_deleted = :deleted'],
    values: scope,
  }
  const filters: Condition = { sql: [], values: {} }
  const add = (part: Condition, sql: string, values: Condition['values'] = {}) => {
    part.sql.push(sql)
    Object.assign(part.values, values)
  }
  if (isEmpty) add(keys, 'FALSE')
  if (index === 'files_not_ready') add(keys, stateNotReady, { state: state ?? '' })
  else if (state !== undefined) add(filters, 'state = :state', { state })
  if (origin !== undefined) {
    add(index.includes('origin') ? keys : filters, 'origin = :origin', { origin })
  }
  if (query.sort === 'created') {
    // Omit conditions that are true for all files: SQLite would still read every row to test them.
    if (isNarrowed) {
      add(index === 'files_by_path' ? keys : filters, withinBounds, bounds)
    }
    if (sessionId !== undefined) {
      const isKey = index === 'files_by_session_sequence'
      add(isKey ? keys : filters, 'session_id = :session', { session: sessionId })
    }
  }
  if (nameContains !== undefined) {
    // `LIKE` would treat `%` and `_` as patterns.
    add(filters, 'instr(folded_name, :name) > 0', { name: foldCase(nameContains) })
  }
  if (query.kind !== undefined) {
    add(filters, `kind_of(record ->> '$.mimeType') = :kind`, { kind: query.kind })
  }
  for (const [name, condition] of Object.entries(timeConditions)) {
    const instant = query[name as keyof typeof timeConditions]
    if (instant !== undefined) add(filters, `${condition} :${name}`, { [name]: instant })
  }
  const isOrdered = index.endsWith('sequence') || query.sort === 'path'
  return { index, keys, filters, bounds, isOrdered }
}

/** The order in which a count reads the fewest files: by path if a prefix or a rare state bounds it, else by sequence. */
export function countingSort({ prefix, state }: ListQuery): ListQuery['sort'] {
  return narrowsPaths(prefix) || (state !== undefined && state !== 'ready') ? 'path' : 'created'
}

interface Lookups {
  isNarrowPrefix: () => boolean
  isRareState: () => boolean
}

/** Chooses the index that reads the fewest rows. SQLite cannot choose, because it plans without the values. */
function indexOf(query: ListQuery, { isNarrowPrefix, isRareState }: Lookups): string {
  const isNotReady = query.state !== undefined && query.state !== 'ready'
  if (isNotReady && (query.sort === 'path' || isRareState())) return 'files_not_ready'
  if (query.sort === 'path') {
    return query.origin === undefined ? 'files_by_path' : 'files_by_origin_path'
  }
  if (narrowsPaths(query.prefix) && isNarrowPrefix()) return 'files_by_path'
  if (query.sessionId !== undefined) return 'files_by_session_sequence'
  return query.origin === undefined ? 'files_by_sequence' : 'files_by_origin_sequence'
}

function isNarrow(
  database: Database,
  index: string,
  [condition, values]: [sql: string, values: Record<string, SQLInputValue>],
): boolean {
  const sql = `SELECT count(*) AS files FROM (SELECT 1 FROM files INDEXED BY ${index}
    WHERE workspace_id = :workspace AND is_deleted = :deleted AND ${condition}
    LIMIT ${maxSortedFiles + 1})`
  return Number(database.prepare(sql).get(values)?.['files']) <= maxSortedFiles
}
