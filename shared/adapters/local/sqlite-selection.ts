import type { SQLInputValue } from 'node:sqlite'
import { foldCase } from '../../workspace/fold.ts'
import { sessionFolder } from '../../workspace/path.ts'
import type { ListQuery } from '../../workspace/ports.ts'
import type { Database } from './database.ts'

/** Up to this many files under a prefix are sorted; with more, the workspace is read in order until the page is full. */
const maxSortedFiles = 1000

/** No path holds U+10FFFF, a noncharacter: what starts with a text sorts below the text followed by it. */
const lastCharacter = '\u{10ffff}'

const withinBounds = 'path >= :low AND path < :high'

/** All files of a query, whatever the page. */
export interface Selection {
  /** `FROM … WHERE …`; in path order without the bounds of the path, which are a page's own. */
  from: string
  values: Record<string, SQLInputValue>
  /** The paths lie from `low` up to and without `high`. */
  bounds: { low: string; high: string }
}

type Condition = [sql: string, values: Record<string, SQLInputValue>]

export function select(database: Database, query: ListQuery): Selection {
  const { state, origin, sessionId, nameContains, prefix = '' } = query
  const session = sessionId === undefined ? '' : sessionFolder(sessionId)
  const low = prefix.startsWith(session) ? prefix : session
  const bounds = { low, high: low + lastCharacter }
  const scope = { workspace: query.workspaceId, deleted: Number(query.deleted) }
  const index = indexOf(query, () => isNarrow(database, { ...scope, ...bounds }))
  const conditions: Condition[] = [['workspace_id = :workspace AND is_deleted = :deleted', scope]]
  if (!low.startsWith(prefix)) conditions.push(['FALSE', {}])
  if (state !== undefined) conditions.push(['state = :state', { state }])
  if (index === 'files_not_ready') conditions.push([`state <> 'ready'`, {}])
  if (origin !== undefined) conditions.push(['origin = :origin', { origin }])
  if (query.sort === 'created') {
    // A condition that all files meet would still be looked up in every row.
    if (bindsPath(low) && low !== session) conditions.push([withinBounds, bounds])
    if (sessionId !== undefined) conditions.push(['session_id = :session', { session: sessionId }])
  }
  if (nameContains !== undefined) {
    // Not LIKE, which reads `%` and `_` as patterns.
    conditions.push(['instr(folded_name, :name) > 0', { name: foldCase(nameContains) }])
  }
  return {
    from: `FROM files INDEXED BY ${index} WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`,
    values: Object.assign({}, ...conditions.map(([, values]) => values)),
    bounds,
  }
}

/** How many files there are on all pages: in the order of paths where those are bounded, for that leads past the fewest. */
export function count(database: Database, query: ListQuery): number {
  const isBounded = bindsPath(query.prefix)
  const { from, values, bounds } = select(database, {
    ...query,
    sort: isBounded ? 'path' : 'created',
  })
  const sql = `SELECT count(*) AS files ${from}`
  const row = isBounded
    ? database.prepare(`${sql} AND ${withinBounds}`).get({ ...values, ...bounds })
    : database.prepare(sql).get(values)
  return Number(row?.['files'])
}

/** The index that leads to a page with the fewest rows on the way. SQLite cannot know: it prepares without the values. */
function indexOf(query: ListQuery, isNarrowPrefix: () => boolean): string {
  if (query.state !== undefined && query.state !== 'ready') return 'files_not_ready'
  if (query.sort === 'path') {
    return query.origin === undefined ? 'files_by_path' : 'files_by_origin_path'
  }
  if (bindsPath(query.prefix) && isNarrowPrefix()) return 'files_by_path'
  if (query.sessionId !== undefined) return 'files_by_session_sequence'
  return query.origin === undefined ? 'files_by_sequence' : 'files_by_origin_sequence'
}

function isNarrow(database: Database, scope: Record<string, SQLInputValue>): boolean {
  const sql = `SELECT count(*) AS files FROM (SELECT 1 FROM files INDEXED BY files_by_path
    WHERE workspace_id = :workspace AND is_deleted = :deleted AND ${withinBounds}
    LIMIT ${maxSortedFiles + 1})`
  return Number(database.prepare(sql).get(scope)?.['files']) <= maxSortedFiles
}

/** Every path starts with a slash, so that one alone tells none from another. */
function bindsPath(prefix = ''): boolean {
  return prefix !== '' && prefix !== '/'
}
