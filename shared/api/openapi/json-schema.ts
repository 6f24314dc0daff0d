import { z } from 'zod'

export interface JsonSchema {
  [keyword: string]: unknown
  type?: string | string[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  description?: string
}

/** Schemas with an id, each once. */
export type Components = Record<string, JsonSchema>

const maxSafe = Number.MAX_SAFE_INTEGER

/**
 * The JSON Schema of what a client sends or receives: the input of the zod schema, because transformations only brand or parse
 * it. Schemas with an id go to `components`.
 */
export function jsonSchemaOf(schema: z.ZodType, components: Components): JsonSchema {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ zodSchema, jsonSchema }) => simplify(zodSchema._zod.def, jsonSchema as JsonSchema),
  }) as JsonSchema
  const text = JSON.stringify(converted).replaceAll('"#/$defs/', '"#/components/schemas/')
  const { $defs = {}, ...own } = JSON.parse(text) as JsonSchema & { $defs?: Components }
  for (const [id, definition] of Object.entries($defs)) {
    // Recursive JSON values, which `simplify` has replaced.
    if (!id.startsWith('__')) components[id] = withoutId(definition)
  }
  const { id } = own
  if (typeof id !== 'string') return own
  components[id] = withoutId(own)
  return { $ref: `#/components/schemas/${id}` }
}

/** Removes what the meta data of a schema replaces, and patterns that repeat a format. */
function simplify(def: z.core.$ZodTypeDef, json: JsonSchema): void {
  if (json.type !== 'string' || ['date-time', 'uuid'].includes(String(json['format'])))
    delete json['pattern']
  if (json['format'] === 'starts_with') delete json['format']
  if (json.type === 'boolean') delete json['enum']
  if (json['maximum'] === maxSafe) delete json['maximum']
  if (json['minimum'] === -maxSafe) delete json['minimum']
  if (def.type === 'default') json['default'] = (def as z.core.$ZodDefaultDef).defaultValue
  if (def.type === 'record') {
    delete json['propertyNames']
    if (((def as z.core.$ZodRecordDef).valueType as z.ZodType) instanceof z.ZodLazy) {
      json['additionalProperties'] = true
    }
  }
}

function withoutId(schema: JsonSchema): JsonSchema {
  const { id: _, ...rest } = schema
  return rest
}
