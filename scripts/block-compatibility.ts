import { isDeepStrictEqual } from 'node:util'
import type { AnyBlock } from '../shared/blocks/any-block.ts'
import { schemasOf, type JsonSchema } from '../shared/blocks/describe.ts'

/** A block as it was released. */
export interface ReleasedBlock {
  id: string
  name: string
  input: JsonSchema
  output: JsonSchema
}

export function releaseOf(block: AnyBlock): ReleasedBlock {
  return { id: block.id, name: block.name, ...schemasOf(block) }
}

/** Names what a block does no longer as it was released: callers that stored its id and an input would break. */
export function incompatibilities(released: ReleasedBlock, block: AnyBlock | undefined): string[] {
  const { name } = released
  if (!block) return [`${name} (${released.id}) is missing`]
  const { input, output } = schemasOf(block)
  const required = (input.required ?? []).filter((it) => !released.input.required?.includes(it))
  return [
    ...(block.name === name ? [] : [`${name} is now ${block.name}`]),
    ...required.map((field) => `${name}: the input "${field}" is newly required`),
    ...changed(released.input, input, allowsAll).map(
      (field) => `${name}: the input "${field}" is removed or has another type`,
    ),
    ...changed(released.output, output, isDeepStrictEqual).map(
      (field) => `${name}: the output "${field}" is removed or has another type`,
    ),
  ]
}

function changed(before: JsonSchema, after: JsonSchema, fits: (a: unknown, b: unknown) => boolean) {
  return Object.entries(before.properties ?? {})
    .filter(([field, schema]) => !fits(ruleOf(schema), ruleOf(after.properties?.[field])))
    .map(([field]) => field)
}

const annotations = new Set([
  'title',
  'description',
  'placeholder',
  'advanced',
  'hidden',
  'default',
])

/** A schema without what only forms show. */
function ruleOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(ruleOf)
  if (typeof schema !== 'object' || schema === null) return schema
  const rules = Object.entries(schema).filter(([key]) => !annotations.has(key))
  return Object.fromEntries(rules.map(([key, value]) => [key, ruleOf(value)]))
}

/** Whether every value of the old schema is still accepted: the same rules, or more values of an enumeration. */
function allowsAll(before: unknown, after: unknown): boolean {
  if (isDeepStrictEqual(before, after)) return true
  const [old, now] = [before as JsonSchema, after as JsonSchema | undefined]
  if (!old.enum || !now?.enum) return false
  const rest = isDeepStrictEqual({ ...old, enum: [] }, { ...now, enum: [] })
  return rest && old.enum.every((value) => now.enum?.includes(value))
}
