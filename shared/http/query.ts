import type { Context } from 'hono'
import type { z } from 'zod'
import type { AppEnv } from './app-env.ts'
import { parsePairs } from './protocol/form-urlencoded.ts'
import { rawTarget } from './target.ts'
import { parsed } from '../api/parsed.ts'

/**
 * Parses the query parameters of the schema, each at most once, and ignores others. Throws `invalid-request` with the
 * parameter.
 */
export function parseQuery<Shape extends z.ZodRawShape>(
  c: Context<AppEnv>,
  schema: z.ZodObject<Shape>,
): z.output<z.ZodObject<Shape>> {
  const isKnown = (name: string) => Object.hasOwn(schema.shape, name)
  return parsed(schema, parsePairs(rawTarget(c).query, isKnown))
}
