import { z } from 'zod'
import type { AnyBlock } from './any-block.ts'

export type JsonSchema = z.core.JSONSchema.BaseSchema

interface Schemas {
  /** Unknown fields are refused. */
  input: JsonSchema
  /** The outputs by name. Each may be emitted any number of times, or never. */
  output: JsonSchema
}

const described = new WeakMap<AnyBlock, Schemas>()

/** The JSON Schemas (2020-12) of a block. Forms, agents and the executor use the same ones. */
export function schemasOf(block: AnyBlock): Schemas {
  const known = described.get(block)
  if (known) return known
  const schemas = {
    input: z.toJSONSchema(block.input.strict(), { io: 'input', target: 'draft-2020-12' }),
    output: outputSchema(
      z.toJSONSchema(block.output.strict(), { io: 'input', target: 'draft-2020-12' }),
    ),
  }
  described.set(block, schemas)
  return schemas
}

function outputSchema(schema: JsonSchema): JsonSchema {
  const error = { type: 'string', description: 'Why the run failed' } as const
  const { properties, ...rest } = schema
  delete rest.required
  return { ...rest, properties: { ...properties, error } }
}

/** A block as a list shows it. */
export function summaryOf(block: AnyBlock) {
  const { id, name, description, categories, provider, cost = provider?.cost ?? [] } = block
  return {
    id,
    name,
    description,
    categories,
    ...(provider && { provider: { name: provider.name, title: provider.title } }),
    cost,
  }
}

/** A block with everything that a form, an agent or a program needs to run it. */
export function describe(block: AnyBlock) {
  const { limits = {}, idempotent = false, replaces, tests } = block
  const { input, output } = schemasOf(block)
  const example = tests.find(({ output }) => output.every(([name]) => name !== 'error'))
  return {
    ...summaryOf(block),
    input,
    output,
    limits,
    idempotent,
    ...(replaces !== undefined && { replaces }),
    examples: example ? [example.input] : [],
  }
}
