import type { Page } from '../../shared/client/coffer.ts'
import { coffer } from './client.ts'
import { sessionsFolder, type Route } from './route.ts'
import { fileRow, folderRow, listedFields, type Row } from './rows.ts'

export interface RowPage {
  rows: Row[]
  /** Continues after this page. Undefined at the end. */
  next: Place | undefined
  /** The files of the whole list, at least, where the service has counted them. */
  total?: number
  totalIsMinimum?: boolean
}

/** Where a list continues: a query, and the cursor in it. */
export interface Place {
  query: number
  cursor?: string
}

const pageLimit = 1000

/** The queries that make up a view, one after the other. */
export function queriesOf(route: Route): Record<string, unknown>[] {
  return plainQueriesOf(route).map((query) => Object.assign(query, route.filter))
}

function plainQueriesOf(route: Route): Record<string, unknown>[] {
  switch (route.view) {
    case 'files':
      return [{ prefix: route.folder, delimiter: '/', sort: 'path', order: 'asc' }]
    case 'sessions':
      return [{ prefix: sessionsFolder, delimiter: '/', sort: 'path', order: 'asc' }]
    case 'recent':
      return [{ sort: 'created', order: 'desc' }]
    case 'blocked':
      return [{ state: 'infected' }, { state: 'unscannable' }]
    case 'trash':
      return [{ deleted: true, sort: 'created', order: 'desc' }]
    case 'search':
      return [{ q: route.text }]
  }
}

/** One page of a view. Rows are in the order of the service. */
export async function readPage(
  queries: Record<string, unknown>[],
  { query, cursor }: Place,
  signal: AbortSignal,
): Promise<RowPage> {
  const isFirst = query === 0 && cursor === undefined
  const page = await coffer.request<Page>('GET /files', {
    ...queries[query],
    fields: listedFields,
    limit: pageLimit,
    cursor,
    ...(isFirst && queries.length === 1 && { total: true }),
    signal,
  })
  const rows = inPathOrder(page)
  const follows = query + 1 < queries.length ? { query: query + 1 } : undefined
  return {
    rows,
    next: page.nextCursor === undefined ? follows : { query, cursor: page.nextCursor },
    ...(page.total !== undefined && { total: page.total }),
    ...(page.totalIsMinimum && { totalIsMinimum: true }),
  }
}

function inPathOrder({ files, folders = [] }: Page): Row[] {
  const rows = files.map(fileRow)
  if (folders.length === 0) return rows
  return [...folders.map(folderRow), ...rows].sort((a, b) => (a.path < b.path ? -1 : 1))
}
