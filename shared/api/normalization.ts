import { z } from 'zod'
import { invalid } from '../model/errors.ts'
import type { NormalizeOptions } from '../ports/renderer.ts'
import { integer } from './text-fields.ts'

const minPixels = 16
const maxPixels = 16_384
const pixels = integer(minPixels, maxPixels)

export const normalizationTextSchema = z.object({
  normalize: z.literal('image').optional(),
  maxWidth: pixels.optional(),
  maxHeight: pixels.optional(),
})

type NormalizationFields = z.output<typeof normalizationTextSchema>

/** The fields as text, for a form. */
export const normalizationTextShape = normalizationTextSchema.shape

/** The fields as JSON. */
export const normalizationShape = {
  normalize: normalizationTextSchema.shape.normalize,
  maxWidth: z.int().min(minPixels).max(maxPixels).optional(),
  maxHeight: z.int().min(minPixels).max(maxPixels).optional(),
}

/** The options to normalize an image; undefined to store its bytes unchanged. Throws `invalid-request` for bounds without `normalize`. */
export function chosenNormalization({
  normalize,
  ...bounds
}: NormalizationFields): NormalizeOptions | undefined {
  if (normalize !== undefined) return bounds
  const [bound] = Object.entries(bounds).flatMap(([name, value]) => (value ? [name] : []))
  if (bound !== undefined) throw invalid(bound, 'requires normalize=image')
  return undefined
}
