import type { Context } from 'hono'
import { z } from 'zod'
import { invalid } from '../workspace/errors.ts'
import type { NormalizeOptions } from '../workspace/ports.ts'
import type { AppEnv } from './app-env.ts'
import { integer, parseQuery } from './query.ts'

const minPixels = 16
const maxPixels = 16_384
const pixels = integer(minPixels, maxPixels)

const schema = z.object({
  normalize: z.literal('image').optional(),
  maxWidth: pixels.optional(),
  maxHeight: pixels.optional(),
})

type NormalizationFields = z.output<typeof schema>

/** The fields as text, for a form. */
export const normalizationTextShape = schema.shape

/** The fields as JSON. */
export const normalizationShape = {
  normalize: schema.shape.normalize,
  maxWidth: z.int().min(minPixels).max(maxPixels).optional(),
  maxHeight: z.int().min(minPixels).max(maxPixels).optional(),
}

/**
 * How an upload's image is to be written anew, from `normalize=image`; undefined where the bytes are kept as they come.
 * In the query only: a form's fields may come after its file.
 */
export function normalizationOf(c: Context<AppEnv>): NormalizeOptions | undefined {
  return chosenNormalization(parseQuery(c, schema))
}

/** Likewise, of values that are read already. Throws `invalid-request` for bounds alone. */
export function chosenNormalization({
  normalize,
  ...bounds
}: NormalizationFields): NormalizeOptions | undefined {
  if (normalize !== undefined) return bounds
  const [bound] = Object.entries(bounds).flatMap(([name, value]) => (value ? [name] : []))
  if (bound !== undefined) throw invalid(bound, 'needs normalize=image beside it')
  return undefined
}
