import type { BlockDefinition, Shape } from './block.ts'
import { schemasOf, type JsonSchema } from './describe.ts'
import { unreachableMedia } from './media-walk.ts'

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const pascalCase = /^[A-Z][A-Za-z0-9]{1,63}$/

/** Defines a block. Throws `TypeError` for a definition that could not be run, listed or tested. */
export function defineBlock<
  Input extends Shape,
  Output extends Shape,
  Steps extends object = Readonly<Record<string, never>>,
>(block: BlockDefinition<Input, Output, Steps>): BlockDefinition<Input, Output, Steps> {
  const { id, name, output, tests } = block
  if (!pascalCase.test(name)) throw new TypeError(`"${name}" is not a name in PascalCase`)
  if (!uuid4.test(id)) {
    throw new TypeError(
      `${name}: "${id}" is not a UUID of version 4; make one: crypto.randomUUID()`,
    )
  }
  if ('error' in output.shape) throw new TypeError(`${name}: "error" is an output of every block`)
  if (tests.length === 0) throw new TypeError(`${name} has no test`)
  const schemas = schemasOf(block)
  for (const [kind, schema] of Object.entries(schemas)) {
    if (unreachableMedia(schema)) {
      throw new TypeError(
        `${name}: a file of the ${kind} is in a union or a tuple; use objects or arrays`,
      )
    }
  }
  const open = openObject(schemas.input)
  if (open !== undefined) {
    throw new TypeError(`${name}: the input ${open} ignores unknown fields; use z.strictObject`)
  }
  return Object.freeze(block)
}

/** The path of an object in a schema that drops unknown fields silently. Undefined if no object does. */
function openObject(schema: unknown, path = 'input'): string | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined
  const { type, properties, additionalProperties } = schema as JsonSchema
  if (type === 'object' && properties && additionalProperties === undefined) return path
  for (const [key, inner] of Object.entries(schema)) {
    const found = openObject(inner, key === 'properties' ? path : `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}
