import { z } from 'zod'

/** `true` or `false`. */
export const flag = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .meta({ type: 'boolean' })

/** A whole number in decimal digits, within inclusive bounds. */
export function integer(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}, in decimal digits`
  return z
    .string()
    .regex(/^\d{1,16}$/, { error, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error })
    .meta({ type: 'integer', minimum: min, maximum: max })
}
