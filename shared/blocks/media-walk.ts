import type { JsonSchema } from './describe.ts'
import { mediaFormat, type MediaHint } from './field.ts'

/** Returns the value that replaces a file. `place` is its path in the value, such as `images[1]`. */
type Replace = (text: string, hint: MediaHint, place: string) => Promise<string>

/**
 * Replaces the files of a value, at every place where its JSON Schema has one: in objects, arrays, records, optional and nullable fields.
 * Handles one file after the other, so that the file that exceeds a limit can be named.
 */
export async function replaceMedia(
  schema: JsonSchema,
  value: unknown,
  replace: Replace,
  place = '',
): Promise<unknown> {
  const hint = hintOf(schema)
  if (hint) return typeof value === 'string' ? replace(value, hint, place) : value
  const variant = onlyVariant(schema)
  if (variant) return replaceMedia(variant, value, replace, place)
  if (Array.isArray(value)) {
    const { items } = schema
    if (!isSchema(items)) return value
    const replaced: unknown[] = []
    for (const [index, item] of value.entries()) {
      replaced.push(await replaceMedia(items, item, replace, `${place}[${index}]`))
    }
    return replaced
  }
  if (typeof value !== 'object' || value === null) return value
  const entries: [string, unknown][] = []
  for (const [name, item] of Object.entries(value)) {
    const inner = memberOf(schema, name)
    const path = place === '' ? name : `${place}.${name}`
    entries.push([name, inner ? await replaceMedia(inner, item, replace, path) : item])
  }
  return Object.fromEntries(entries)
}

/** Returns true if a schema has a file where `replaceMedia` does not find it, such as in a union of several types. */
export function unreachableMedia(schema: JsonSchema): boolean {
  return countAll(schema) > countReachable(schema)
}

function countAll(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = (value as JsonSchema).format === mediaFormat ? 1 : 0
  return Object.values(value).reduce((sum: number, inner) => sum + countAll(inner), own)
}

function countReachable(schema: unknown): number {
  if (!isSchema(schema)) return 0
  if (hintOf(schema)) return 1
  const variant = onlyVariant(schema)
  if (variant) return countReachable(variant)
  const inner = [
    schema.items,
    schema.additionalProperties,
    ...Object.values(schema.properties ?? {}),
  ]
  return inner.reduce((sum: number, it) => sum + countReachable(it), 0)
}

function hintOf(schema: JsonSchema): MediaHint | undefined {
  return schema.format === mediaFormat ? (schema['media'] as MediaHint) : undefined
}

/** The schema of a nullable value without `null`. */
function onlyVariant({ anyOf }: JsonSchema): JsonSchema | undefined {
  const variants = anyOf?.filter((it) => isSchema(it) && it.type !== 'null')
  return variants?.length === 1 && isSchema(variants[0]) ? variants[0] : undefined
}

function memberOf({ properties, additionalProperties }: JsonSchema, name: string) {
  const own = properties && Object.hasOwn(properties, name) ? properties[name] : undefined
  const member = own ?? additionalProperties
  return isSchema(member) ? member : undefined
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
