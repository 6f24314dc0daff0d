import { kindOf } from '../../media/file-kind.ts'
import { foldCase } from '../../model/case-folding.ts'
import type { ListQuery } from '../../model/listing.ts'
import { narrowsPaths, pathBounds, type PathBounds } from '../../model/path-bounds.ts'
import { longestGramsOf, maxGramLength } from './grams.ts'
import { gramTerm, scopeTerm } from './keys.ts'
import type { Query } from './rest/query.ts'
import type { DocumentSnapshot } from './rest/snapshot.ts'

const maxCountedGrams = 5
const maxCountedFiles = 1000

/** The files of a list query, in its order, independent of the page. */
export interface Selection {
  query: Query
  /** Whether a document of `query` matches the list query. Undefined if all documents match. */
  matches: ((snapshot: DocumentSnapshot) => boolean) | undefined
}

/** Undefined if no file can match. */
export async function select(files: Query, query: ListQuery): Promise<Selection | undefined> {
  const bounds = pathBounds(query)
  if (bounds.isEmpty) return undefined
  const folded = foldCase(query.nameContains ?? '')
  const term =
    folded === ''
      ? scopeTerm(query)
      : gramTerm(query.deleted, await rarestGram(files, query, folded))
  const direction = query.descending ? 'desc' : 'asc'
  const [first, second] = query.sort === 'path' ? ['path', 'sequence'] : ['sequence', 'path']
  const inScope = files.where('terms', 'array-contains', term)
  // In order of creation, the term already restricts the query to the session. Bounds would be tested for every entry.
  const isBound =
    query.sort === 'path' || folded !== '' ? narrowsPaths(bounds.low) : bounds.isNarrowed
  const bounded = isBound ? within(inScope, bounds) : inScope
  return {
    query: bounded.orderBy(first, direction).orderBy(second, direction),
    matches: matcherOf(query, folded),
  }
}

/** The fields that `matches` reads. */
export const matchedFields = [
  'record.name',
  'record.state',
  'record.origin',
  'record.mimeType',
  'record.createdAt',
  'record.modifiedAt',
]

/** Undefined if the term of the query expresses all filters. Otherwise each document that the query returns is tested. */
function matcherOf(query: ListQuery, folded: string): Selection['matches'] {
  const { state, origin, kind } = query
  const isInScope = folded === '' || (state === undefined && origin === undefined)
  const isTerm = Array.from(folded).length <= maxGramLength && isInScope
  if (isTerm && kind === undefined && !hasTimes(query)) return undefined
  return (snapshot) => {
    const field = (name: string) => snapshot.get(`record.${name}`) as string | undefined
    const createdAt = String(field('createdAt'))
    return (
      foldCase(String(field('name'))).includes(folded) &&
      [undefined, field('state')].includes(state) &&
      [undefined, field('origin')].includes(origin) &&
      (kind === undefined || kindOf(String(field('mimeType'))) === kind) &&
      isBetween(createdAt, query.createdAfter, query.createdBefore) &&
      isBetween(field('modifiedAt') ?? createdAt, query.modifiedAfter, query.modifiedBefore)
    )
  }
}

function hasTimes(query: ListQuery): boolean {
  const { createdAfter, createdBefore, modifiedAfter, modifiedBefore } = query
  return (createdAfter ?? createdBefore ?? modifiedAfter ?? modifiedBefore) !== undefined
}

function isBetween(instant: string, after = '', before = '~'): boolean {
  return after <= instant && instant < before
}

/**
 * The n-gram with the fewest files, so that the query reads the fewest documents that do not match. Counting the files of an
 * n-gram costs one read.
 */
async function rarestGram(files: Query, { deleted }: ListQuery, folded: string): Promise<string> {
  const grams = sampleOf(longestGramsOf(folded), maxCountedGrams)
  if (grams.length <= 1) return grams[0] ?? folded
  const counts = await Promise.all(
    grams.map((gram) => {
      const found = files.where('terms', 'array-contains', gramTerm(deleted, gram))
      return found.orderBy('sequence').orderBy('path').limit(maxCountedFiles).count()
    }),
  )
  return grams[counts.indexOf(Math.min(...counts))] ?? folded
}

/** At most `maxItems` of the items, evenly spaced, including the first and the last. */
function sampleOf(items: string[], maxItems: number): string[] {
  if (items.length <= maxItems) return items
  const step = (items.length - 1) / (maxItems - 1)
  return items.filter((_, i) => Math.round(Math.round(i / step) * step) === i)
}

function within(query: Query, { low, high }: PathBounds): Query {
  return query.where('path', '>=', low).where('path', '<', high)
}
