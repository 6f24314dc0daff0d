import { z } from 'zod'
import type { Tool } from '@modelcontextprotocol/server'

type PlainSchema = Tool['inputSchema']

/**
 * The JSON Schema that models get. It has only keywords that the APIs of all models accept: some reject `additionalProperties`,
 * `format` or `pattern`. The zod schema still checks these.
 */
export function plainSchema(schema: z.ZodObject): PlainSchema {
  const converted = z.toJSONSchema(z.object(schema.shape), {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.format
      delete jsonSchema.pattern
      delete jsonSchema.additionalProperties
      delete jsonSchema.propertyNames
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    },
  })
  const { $schema: _, ...plain } = converted
  return plain as PlainSchema
}
