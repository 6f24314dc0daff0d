import { listElements } from './list-elements.ts'

/**
 * The quality of a media type in `Accept`, from 0 to 1, by the most specific range that matches (RFC 9110 §12.5.1). Parameters
 * other than `q` do not narrow a range, because clients send `application/json; charset=utf-8`. Without the field every type has
 * quality 1.
 */
export function qualityOf(accept: string | undefined, type: string): number {
  if (accept === undefined || accept.trim() === '') return 1
  const ranges = new Map<string, number>()
  for (const element of listElements(accept)) {
    const end = element.indexOf(';')
    const parametersAt = end === -1 ? element.length : end
    const range = element.slice(0, parametersAt).trim().toLowerCase()
    // A repeated range has the highest of its weights.
    ranges.set(range, Math.max(weightOf(element, parametersAt), ranges.get(range) ?? 0))
  }
  const family = `${type.split('/', 1)[0]}/*`
  // Java's URLConnection sends a single asterisk.
  return ranges.get(type) ?? ranges.get(family) ?? ranges.get('*/*') ?? ranges.get('*') ?? 0
}

/**
 * The weight among a range's parameters (RFC 9110 §12.4.2), 1 without a valid one. Scans in place, without a list of parameters.
 */
function weightOf(element: string, parametersAt: number): number {
  for (let at = parametersAt; at < element.length;) {
    const next = element.indexOf(';', at + 1)
    const end = next === -1 ? element.length : next
    const [name = '', value] = element.slice(at + 1, end).split('=', 2)
    if (name.trim().toLowerCase() === 'q') return parseWeight(value ?? '')
    at = end
  }
  return 1
}

function parseWeight(value: string): number {
  const text = value.replaceAll('"', '').trim()
  const weight = text === '' ? 1 : Number(text)
  return Number.isNaN(weight) ? 1 : Math.min(Math.max(weight, 0), 1)
}
