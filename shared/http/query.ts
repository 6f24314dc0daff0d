import type { Context } from 'hono'
import type { z } from 'zod'
import { invalid } from '../model/errors.ts'
import type { AppEnv } from './app-env.ts'
import { decodePercent, rawTarget } from './target.ts'
import { parsed } from '../api/parsed.ts'

/** More than any form or link has; each costs a decoding. */
const maxPairs = 1000

/**
 * The query's parameters that the schema knows, each at most once; others are ignored. Throws `invalid-request` that
 * names the parameter.
 */
export function parseQuery<Shape extends z.ZodRawShape>(
  c: Context<AppEnv>,
  schema: z.ZodObject<Shape>,
): z.output<z.ZodObject<Shape>> {
  const isKnown = (name: string) => Object.hasOwn(schema.shape, name)
  return parsed(schema, parsePairs(rawTarget(c).query, isKnown))
}

/**
 * The names and values of `application/x-www-form-urlencoded` text. Throws `invalid-request` that names what is given
 * twice or badly encoded.
 */
export function parsePairs(
  text: string,
  isKnown: (name: string) => boolean,
): Record<string, string> {
  const given = new Map<string, string>()
  let pairs = 0
  for (const pair of pairsOf(text)) {
    pairs += 1
    if (pairs > maxPairs) throw invalid('parameters', `must be at most ${maxPairs}; send fewer`)
    const equals = pair.indexOf('=')
    const name = decodeForm(equals < 0 ? pair : pair.slice(0, equals))
    if (name === undefined || !isKnown(name)) continue
    const value = decodeForm(equals < 0 ? '' : pair.slice(equals + 1))
    if (value === undefined) throw invalid(name, 'must be percent-encoded UTF-8 (RFC 3986 §2.1)')
    if (given.has(name)) throw invalid(name, 'must be given only once')
    given.set(name, value)
  }
  return Object.fromEntries(given)
}

/** The text between `&`s, without empty pieces. */
function* pairsOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('&', start)
    const end = found < 0 ? text.length : found
    if (end > start) yield text.slice(start, end)
    start = end + 1
  }
}

/** A name or value as forms and `URLSearchParams` write it: `+` is a space (WHATWG URL §5.1). */
function decodeForm(text: string): string | undefined {
  return decodePercent(text.replaceAll('+', ' '))
}
