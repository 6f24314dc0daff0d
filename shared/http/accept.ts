import { listElements } from './list-elements.ts'

/**
 * How much `Accept` wants a media type, from 0 to 1, by the most specific range that it falls in (RFC 9110 §12.5.1).
 * Parameters other than `q` do not narrow a range: clients send `application/json; charset=utf-8`. Without the field every
 * type is as welcome.
 */
export function qualityOf(accept: string | undefined, type: string): number {
  if (accept === undefined || accept.trim() === '') return 1
  const ranges = new Map<string, number>()
  for (const element of listElements(accept)) {
    const [range = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase())
    // Of a range that is repeated the best counts.
    ranges.set(range, Math.max(weightOf(parameters), ranges.get(range) ?? 0))
  }
  const family = `${type.split('/', 1)[0]}/*`
  // A single asterisk is what Java's URLConnection sends.
  return ranges.get(type) ?? ranges.get(family) ?? ranges.get('*/*') ?? ranges.get('*') ?? 0
}

/** The weight among a range's parameters (RFC 9110 §12.4.2), 1 where none makes sense. */
function weightOf(parameters: string[]): number {
  const pairs = parameters.map((parameter) => parameter.split('=').map((part) => part.trim()))
  const value = pairs.find(([name]) => name === 'q')?.[1]?.replaceAll('"', '')
  const weight = value === undefined || value === '' ? 1 : Number(value)
  return Number.isNaN(weight) ? 1 : Math.min(Math.max(weight, 0), 1)
}
