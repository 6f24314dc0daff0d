import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { orderOf } from './query.ts'
import { Refusal } from './refusal.ts'
import type { Filter, StructuredQuery } from './wire.ts'

const mode = {
  order: z.enum(['ASCENDING', 'DESCENDING']).optional(),
  arrayConfig: z.literal('CONTAINS').optional(),
}
const queryScope = z.enum(['COLLECTION', 'COLLECTION_GROUP']).default('COLLECTION')

/** https://firebase.google.com/docs/reference/firestore/indexes */
const definition = z.object({
  indexes: z.array(
    z.object({
      collectionGroup: z.string(),
      queryScope,
      fields: z.array(z.object({ fieldPath: z.string(), ...mode })),
    }),
  ),
  fieldOverrides: z.array(
    z.object({
      collectionGroup: z.string(),
      fieldPath: z.string(),
      ttl: z.boolean().optional(),
      indexes: z.array(z.object({ queryScope, ...mode })),
    }),
  ),
})

export type Indexes = z.infer<typeof definition>

export async function readIndexes(file: URL): Promise<Indexes> {
  return definition.parse(JSON.parse(await readFile(file, 'utf8')))
}

/** The mode of one field in an index: `ASCENDING`, `DESCENDING` or `CONTAINS`. */
interface Part {
  fieldPath: string
  mode: string
}

/**
 * Rejects a query that no index serves. Stricter than Firestore in one respect: it does not merge several composite
 * indexes. A query that is accepted here is accepted by Firestore too.
 */
export function assertIndexed(indexes: Indexes, query: StructuredQuery): void {
  const from = query.from?.[0]
  if (from === undefined) return
  const scope = from.allDescendants ? 'COLLECTION_GROUP' : 'COLLECTION'
  const collection = { collectionGroup: from.collectionId, scope }
  for (const filters of branches(query.where)) {
    const equal = equalities(filters)
    const sorted = orderOf(query)
      .filter(({ field }) => field !== '__name__')
      .map(({ field, direction }): Part => ({ fieldPath: field, mode: direction }))
      .filter(({ fieldPath }) => !equal.some((part) => part.fieldPath === fieldPath))
    if (!isServed(indexes, collection, equal, sorted)) {
      const wanted = [...equal, ...sorted].map((part) => `${part.fieldPath} ${part.mode}`)
      throw new Refusal(
        'FAILED_PRECONDITION',
        `The query requires an index. You can create it here: ${from.collectionId} (${scope}): ${wanted.join(', ')}`,
      )
    }
  }
}

interface Collection {
  collectionGroup: string
  scope: string
}

function isServed(
  indexes: Indexes,
  collection: Collection,
  equal: Part[],
  sorted: Part[],
): boolean {
  const all = [...equal, ...sorted]
  const isSingle = all.length <= 1 || (sorted.length === 0 && all.every(isAscending))
  if (isSingle && all.every((part) => hasSingle(indexes, collection, part))) return true
  return indexes.indexes.some(
    (index) =>
      index.collectionGroup === collection.collectionGroup &&
      index.queryScope === collection.scope &&
      index.fields.length === all.length &&
      equal.every((part) =>
        index.fields.slice(0, equal.length).some((field) => fits(field, part)),
      ) &&
      sorted.every((part, i) => fits(index.fields[equal.length + i], part)),
  )
}

/** Every field of a collection has single-field indexes, unless an override lists others. */
function hasSingle({ fieldOverrides }: Indexes, collection: Collection, part: Part): boolean {
  const override = fieldOverrides.find(
    ({ collectionGroup, fieldPath }) =>
      collectionGroup === collection.collectionGroup && covers(fieldPath, part.fieldPath),
  )
  if (!override) return collection.scope === 'COLLECTION'
  return override.indexes.some(
    (index) => index.queryScope === collection.scope && modeOf(index) === part.mode,
  )
}

/** An override of a map applies to all fields in it. */
function covers(overridden: string, fieldPath: string): boolean {
  return fieldPath === overridden || fieldPath.startsWith(`${overridden}.`)
}

function fits(
  field:
    | { fieldPath: string; order?: string | undefined; arrayConfig?: string | undefined }
    | undefined,
  part: Part,
): boolean {
  return field?.fieldPath === part.fieldPath && modeOf(field) === part.mode
}

function modeOf(index: { order?: string | undefined; arrayConfig?: string | undefined }) {
  return index.arrayConfig ?? index.order ?? 'ASCENDING'
}

function isAscending(part: Part): boolean {
  return part.mode === 'ASCENDING'
}

/** The filter as alternatives (disjunctive normal form), each of which is a separate query. */
function branches(filter: Filter | undefined): Filter[][] {
  if (!filter) return [[]]
  if (!filter.compositeFilter) return [[filter]]
  const parts = (filter.compositeFilter.filters ?? []).map(branches)
  if (filter.compositeFilter.op === 'OR') return parts.flat()
  return parts.reduce(
    (all, part) => all.flatMap((one) => part.map((other) => [...one, ...other])),
    [[]],
  )
}

function equalities(filters: Filter[]): Part[] {
  const parts = filters.flatMap(({ fieldFilter, unaryFilter }): Part[] => {
    if (unaryFilter) return [{ fieldPath: unaryFilter.field.fieldPath, mode: 'ASCENDING' }]
    const { field, op } = fieldFilter ?? {}
    if (!field || !op) return []
    if (op === 'EQUAL' || op === 'IN') return [{ fieldPath: field.fieldPath, mode: 'ASCENDING' }]
    const isContained = op === 'ARRAY_CONTAINS' || op === 'ARRAY_CONTAINS_ANY'
    return isContained ? [{ fieldPath: field.fieldPath, mode: 'CONTAINS' }] : []
  })
  return parts.filter(({ fieldPath }) => fieldPath !== '__name__')
}
