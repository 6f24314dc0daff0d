import { z } from 'zod'

/** `true` or `false`. */
export const flag = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .meta({ type: 'boolean' })

/** The bounds of every instant of a request. Later years have five digits and do not sort as text. */
const firstInstant = Date.UTC(1970, 0, 1)
const endOfInstants = Date.UTC(10_000, 0, 1)

/** An RFC 3339 date and time with an offset. Becomes ISO 8601 with milliseconds, in UTC. */
export const instantSchema = z.iso
  .datetime({
    offset: true,
    abort: true,
    error: 'must be an RFC 3339 time, such as 2026-05-01T10:00:00Z',
  })
  .refine(
    (text) => firstInstant <= Date.parse(text) && Date.parse(text) < endOfInstants,
    'must be from 1970 to 9999',
  )
  .transform((text) => new Date(text).toISOString())

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
