import { z } from 'zod'

const instant = z.iso.datetime()
const count = z.int().nonnegative()

const costLineSchema = z
  .looseObject({
    type: z.enum(['run', 'byte', 'second', 'items', 'cost_usd', 'tokens']),
  })
  .describe('One line of the price, in credits.')

const blockSummarySchema = z
  .object({
    id: z.uuid().describe('Names the behaviour of the block forever.'),
    name: z.string(),
    description: z.string(),
    categories: z.array(z.string()),
    provider: z.object({ name: z.string(), title: z.string() }).optional(),
    cost: z.array(costLineSchema),
  })
  .meta({ id: 'BlockSummary' })

const jsonSchema = z.looseObject({}).describe('JSON Schema 2020-12.')

/** `GET /blocks/{id}` */
export const blockSchema = blockSummarySchema
  .extend({
    input: jsonSchema.describe(
      'JSON Schema 2020-12. A field with `format: coffer-media` is a file: a `workspace://` reference, an http URL or a data URI.',
    ),
    output: jsonSchema.describe('JSON Schema 2020-12 of the outputs, by name.'),
    limits: z.object({ seconds: z.number().optional(), outputs: z.number().optional() }),
    idempotent: z.boolean(),
    replaces: z.uuid().optional(),
    examples: z.array(z.looseObject({})),
  })
  .meta({ id: 'Block' })

/** One page of `GET /blocks`. */
export const blockListingSchema = z
  .object({
    blocks: z.array(blockSummarySchema),
    nextCursor: z.string().optional(),
    hasMore: z.boolean(),
  })
  .meta({ id: 'BlockListing' })

const runSummarySchema = z
  .object({
    id: z.uuid(),
    block: z.object({ id: z.uuid(), name: z.string() }),
    session: z.string().optional(),
    state: z.enum(['running', 'completed', 'failed', 'cancelled']),
    createdAt: instant,
    endedAt: instant.nullable(),
    cost: count.describe('In credits.'),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  })
  .meta({ id: 'RunSummary' })

const outputSchema = z.object({
  name: z.string(),
  value: z.unknown().describe('Files in it are `workspace://` references.'),
})

/** `GET /runs/{id}` */
export const runSchema = runSummarySchema
  .extend({ outputs: z.array(outputSchema) })
  .meta({ id: 'Run' })

/** One page of `GET /runs`. */
export const runListingSchema = z
  .object({
    runs: z.array(runSummarySchema),
    nextCursor: z.string().optional(),
    hasMore: z.boolean(),
  })
  .meta({ id: 'RunListing' })

/** One event of a run. */
export const runEventSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('started'), run: z.uuid() }),
    z.object({
      type: z.literal('progress'),
      message: z.string(),
      fraction: z.number().min(0).max(1).optional(),
    }),
    z.object({ type: z.literal('output'), ...outputSchema.shape }),
    z.object({ type: z.literal('completed'), cost: count }),
    z.object({ type: z.literal('failed'), code: z.string(), detail: z.string(), cost: count }),
    z.object({ type: z.literal('cancelled'), cost: count }),
  ])
  .meta({ id: 'RunEvent' })
