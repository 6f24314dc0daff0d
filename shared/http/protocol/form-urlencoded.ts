import { invalid } from '../../model/errors.ts'
import { decodePercent } from './percent-encoding.ts'

/** Limits the work of a request, which decodes each pair. */
const maxPairs = 1000

/**
 * The known names and their values of `application/x-www-form-urlencoded` text. Throws `invalid-request` for a name that is
 * repeated or has a badly encoded value.
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

/** The non-empty pieces between `&`s. */
function* pairsOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('&', start)
    const end = found < 0 ? text.length : found
    if (end > start) yield text.slice(start, end)
    start = end + 1
  }
}

/** Decodes a name or value; `+` is a space (WHATWG URL §5.1). */
function decodeForm(text: string): string | undefined {
  return decodePercent(text.replaceAll('+', ' '))
}
