import type { Plan } from '../bench.ts'
import type { Coffer } from '../coffer.ts'
import { atMost, compare, milliseconds, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

/** At most half of the files of the smallest catalog, so that pages after the first half are full in every catalog. */
const pageFiles = 50

const pages = {
  'newest first': { query: {}, deep: false },
  'newest first, half way down': { query: {}, deep: true },
  'sort=path': { query: { sort: 'path' }, deep: false },
  'sort=path, half way down': { query: { sort: 'path' }, deep: true },
  'prefix=/reports/': { query: { prefix: '/reports/' }, deep: false },
  'delimiter=/': { query: { delimiter: '/' }, deep: false },
}
/** These read at most 10,000 files. They have no target. */
const searches = {
  'total=true': { query: { total: 'true' }, deep: false },
  'q= without a hit': { query: { q: 'no such name' }, deep: false },
}

/** A running server whose catalog was seeded with a number of files. */
export interface SizedCatalog {
  files: number
  directory: string
  coffer: Coffer
}

interface Page {
  query: Record<string, string>
  deep: boolean
}

/** Seconds for one page, in catalogs of increasing size. */
export async function pageRows(plan: Plan, catalogs: SizedCatalog[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const [what, page] of Object.entries<Page>({ ...pages, ...searches })) {
    const contestants: Record<string, () => Promise<number>> = {}
    for (const { files, coffer } of catalogs) {
      const route = await routeOf(coffer, files, page)
      contestants[files] = () => pageSeconds(coffer, route, plan.pagesPerRound)
    }
    const seconds = await takeTurns(plan.rounds, contestants)
    const [fewest = 0, ...more] = plan.listedFiles
    for (const files of more) {
      const target = what in pages && files === plan.listedFiles.at(-1)
      rows.push(
        compare({
          what: `page, ${what}: ${files} files / ${fewest}`,
          candidate: seconds[files] ?? [],
          baseline: seconds[fewest] ?? [],
          format: milliseconds,
          ...(target && { target: atMost(1.2) }),
        }),
      )
    }
  }
  return rows
}

async function pageSeconds(coffer: Coffer, route: string, times: number): Promise<number> {
  const startedAt = performance.now()
  for (let time = 0; time < times; time += 1) await coffer.get(route)
  return (performance.now() - startedAt) / 1000 / times
}

/** The route of the page. For a deep page, it contains the cursor from the pages before. */
async function routeOf(coffer: Coffer, files: number, { query, deep }: Page): Promise<string> {
  let cursor = {}
  const before = deep ? files / 2 : 0
  for (let seen = 0; seen < before;) {
    const limit = Math.min(1000, before - seen)
    const answer = await coffer.get(route({ ...query, ...cursor, limit }))
    cursor = { cursor: (JSON.parse(answer.text) as { nextCursor: string }).nextCursor }
    seen += limit
  }
  return route({ ...query, ...cursor, limit: pageFiles })
}

function route(query: Record<string, string | number>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value))
  return `/files?${parameters.toString()}`
}
