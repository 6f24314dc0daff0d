import type { DocumentSnapshot, Query } from '@google-cloud/firestore'
import { foldCase } from '../../model/case-folding.ts'
import type { ListQuery } from '../../model/listing.ts'
import { narrowsPaths, pathBounds, type PathBounds } from '../../model/path-bounds.ts'
import { longestGramsOf, maxGramLength } from './grams.ts'
import { gramTerm, scopeTerm } from './keys.ts'

const maxWeighedGrams = 5
const maxWeighed = 1000

/** All files of a list query, in its order, whatever the page. */
export interface Selection {
  query: Query
  /** Whether a file that the query finds is really meant; undefined where all are. */
  isMeant: ((snapshot: DocumentSnapshot) => boolean) | undefined
}

/** Undefined where nothing can match. */
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
  // Where order is not by path, a scope's term stands for the session; the bounds would be looked up in every entry.
  const isBound =
    query.sort === 'path' || folded !== '' ? narrowsPaths(bounds.low) : bounds.isNarrowed
  const bounded = isBound ? within(inScope, bounds) : inScope
  return {
    query: bounded.orderBy(first, direction).orderBy(second, direction),
    isMeant: verification(query, folded),
  }
}

/** A name's grams find it alone where they are the whole question; else each file found is looked at. */
function verification({ state, origin }: ListQuery, folded: string): Selection['isMeant'] {
  const isFiltered = state !== undefined || origin !== undefined
  if (folded === '' || (Array.from(folded).length <= maxGramLength && !isFiltered)) return undefined
  return (snapshot) =>
    foldCase(String(snapshot.get('record.name'))).includes(folded) &&
    [undefined, snapshot.get('record.state')].includes(state) &&
    [undefined, snapshot.get('record.origin')].includes(origin)
}

/** The gram of the fewest files, so that the fewest are looked at in vain; weighing one is one read. */
async function rarestGram(files: Query, { deleted }: ListQuery, folded: string): Promise<string> {
  const grams = sampleOf(longestGramsOf(folded), maxWeighedGrams)
  if (grams.length <= 1) return grams[0] ?? folded
  const weights = await Promise.all(
    grams.map((gram) => {
      const found = files.where('terms', 'array-contains', gramTerm(deleted, gram))
      return count(found.orderBy('sequence').orderBy('path').limit(maxWeighed))
    }),
  )
  return grams[weights.indexOf(Math.min(...weights))] ?? folded
}

/** Up to `most` of the items, the first and the last among them, evenly apart. */
function sampleOf(items: string[], most: number): string[] {
  if (items.length <= most) return items
  const step = (items.length - 1) / (most - 1)
  return items.filter((_, i) => Math.round(Math.round(i / step) * step) === i)
}

export async function count(query: Query): Promise<number> {
  return (await query.count().get()).data().count
}

function within(query: Query, { low, high }: PathBounds): Query {
  return query.where('path', '>=', low).where('path', '<', high)
}
