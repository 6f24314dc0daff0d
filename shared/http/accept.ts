import { parseAccept } from 'hono/utils/accept'

/**
 * How much `Accept` wants a media type, from 0 to 1, by the most specific range that it falls in (RFC 9110 §12.5.1).
 * Parameters other than `q` do not narrow a range: clients send `application/json; charset=utf-8`. Without the field every
 * type is as welcome.
 */
export function qualityOf(accept: string | undefined, type: string): number {
  if (accept === undefined || accept.trim() === '') return 1
  const ranges = new Map<string, number>()
  // Sorted by q, so that of a range that is repeated the best counts.
  for (const { type: range, q } of parseAccept(accept)) {
    const name = range.toLowerCase()
    if (!ranges.has(name)) ranges.set(name, q)
  }
  const family = `${type.split('/', 1)[0]}/*`
  // A single asterisk is what Java's URLConnection sends.
  return ranges.get(type) ?? ranges.get(family) ?? ranges.get('*/*') ?? ranges.get('*') ?? 0
}
