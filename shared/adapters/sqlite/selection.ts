import type { SQLInputValue } from 'node:sqlite'
import { foldCase } from '../../model/case-folding.ts'
import { sessionFolder } from '../../model/path.ts'
import type { ListQuery } from '../../model/listing.ts'
import type { Database } from './database/database.ts'

/** Up to this many files under a prefix are sorted; with more, the workspace is read in order until the page is full. */
const maxSortedFiles = 1000

/** No path holds U+10FFFF, a noncharacter: what starts with a text sorts below the text followed by it. */
const lastCharacter = '\u{10ffff}'

const withinBounds = 'path >= :low AND path < :high'

/** The second half is what the index is limited to. */
const stateNotReady = `state = :state AND state <> 'ready'`

/** All files of a query, whatever the page. */
export interface Selection {
  index: string
  /** The conditions that are a range of the index. */
  keys: Condition
  /** The conditions that are looked up in each entry of that range. */
  filters: Condition
  /** The paths lie from `low` up to and without `high`. */
  bounds: { low: string; high: string }
  /** The index has the order of the query. Without it the range is short and is sorted. */
  isOrdered: boolean
}

export interface Condition {
  sql: string[]
  values: Record<string, SQLInputValue>
}

export function select(database: Database, query: ListQuery): Selection {
  const { state, origin, sessionId, nameContains, prefix = '' } = query
  const session = sessionId === undefined ? '' : sessionFolder(sessionId)
  const low = prefix.startsWith(session) ? prefix : session
  const bounds = { low, high: low + lastCharacter }
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
  if (!low.startsWith(prefix)) add(keys, 'FALSE')
  if (index === 'files_not_ready') add(keys, stateNotReady, { state: state ?? '' })
  else if (state !== undefined) add(filters, 'state = :state', { state })
  if (origin !== undefined) {
    add(index.includes('origin') ? keys : filters, 'origin = :origin', { origin })
  }
  if (query.sort === 'created') {
    // A condition that all files meet would still be looked up in every row.
    if (bindsPath(low) && low !== session) {
      add(index === 'files_by_path' ? keys : filters, withinBounds, bounds)
    }
    if (sessionId !== undefined) {
      const isKey = index === 'files_by_session_sequence'
      add(isKey ? keys : filters, 'session_id = :session', { session: sessionId })
    }
  }
  if (nameContains !== undefined) {
    // Not LIKE, which reads `%` and `_` as patterns.
    add(filters, 'instr(folded_name, :name) > 0', { name: foldCase(nameContains) })
  }
  const isOrdered = index.endsWith('sequence') || query.sort === 'path'
  return { index, keys, filters, bounds, isOrdered }
}

/** In the order of paths where those are bounded or the state is rare, for that leads past the fewest files. */
export function countingSort({ prefix, state }: ListQuery): ListQuery['sort'] {
  return bindsPath(prefix) || (state !== undefined && state !== 'ready') ? 'path' : 'created'
}

interface Lookups {
  isNarrowPrefix: () => boolean
  isRareState: () => boolean
}

/** The index that leads to a page with the fewest rows on the way. SQLite cannot know: it prepares without the values. */
function indexOf(query: ListQuery, { isNarrowPrefix, isRareState }: Lookups): string {
  const isNotReady = query.state !== undefined && query.state !== 'ready'
  if (isNotReady && (query.sort === 'path' || isRareState())) return 'files_not_ready'
  if (query.sort === 'path') {
    return query.origin === undefined ? 'files_by_path' : 'files_by_origin_path'
  }
  if (bindsPath(query.prefix) && isNarrowPrefix()) return 'files_by_path'
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

/** Every path starts with a slash, so that one alone tells none from another. */
function bindsPath(prefix = ''): boolean {
  return prefix !== '' && prefix !== '/'
}
