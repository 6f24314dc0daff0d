import { optionalWhiteSpace, trimCharacters } from '../../media/trim-characters.ts'
import type { ByteRange } from '../../ports/blob-store.ts'

/** More than download managers request. The part headers of a longer list cost more than the bytes (RFC 9110 §17.15). */
const maxRanges = 16

/**
 * Evaluates a `Range` field (RFC 9110 §14.2). Returns at least one range in the requested order; `whole` without a field or for an
 * ignored one (another unit, malformed, too many ranges, or ranges whose sum exceeds the representation); `unsatisfiable` for
 * a 416.
 */
export function selectRanges(
  field: string | undefined,
  sizeBytes: number,
): ByteRange[] | 'whole' | 'unsatisfiable' {
  const specs = field === undefined ? undefined : parseRanges(field)
  if (specs === undefined || specs.length > maxRanges) return 'whole'
  const ranges = specs.flatMap((spec) => resolve(spec, sizeBytes) ?? [])
  if (ranges.length === 0) return 'unsatisfiable'
  const requestedBytes = ranges.reduce((sum, range) => sum + rangeLength(range), 0)
  return requestedBytes > sizeBytes ? 'whole' : ranges
}

/** The `Content-Range` of a range; without a range, that of a 416 (RFC 9110 §14.4). */
export function contentRange(range: ByteRange | undefined, sizeBytes: number): string {
  return range ? `bytes ${range.start}-${range.end}/${sizeBytes}` : `bytes */${sizeBytes}`
}

export function rangeLength(range: ByteRange): number {
  return range.end - range.start + 1
}

/** Decimal digits without leading zeros; undefined for an omitted position. */
interface RangeSpec {
  first: string | undefined
  last: string | undefined
}

/** Parses the ranges of a `bytes` field; undefined if one of them is invalid. */
function parseRanges(field: string): RangeSpec[] | undefined {
  const set = /^bytes=(?![ \t])(.*)$/i.exec(field)?.[1]
  if (set === undefined) return undefined
  const specs: RangeSpec[] = []
  for (const part of set.split(',')) {
    // RFC 9110 §5.6.1 allows white space around commas, and empty elements.
    const element = trimCharacters(part, optionalWhiteSpace)
    if (element === '') continue
    const [, first, last] = /^(\d*)-(\d*)$/.exec(element) ?? []
    if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
    const spec = { first: position(first), last: position(last) }
    if (isAfter(spec.first, spec.last)) return undefined
    specs.push(spec)
  }
  return specs.length === 0 ? undefined : specs
}

function position(digits: string): string | undefined {
  return digits === '' ? undefined : digits.replace(/^0+(?=\d)/, '')
}

/** Compares positions as digits, because numbers beyond 2^53 would compare as equal. */
function isAfter(first: string | undefined, last: string | undefined): boolean {
  if (first === undefined || last === undefined) return false
  return first.length === last.length ? first > last : first.length > last.length
}

function resolve({ first, last }: RangeSpec, sizeBytes: number): ByteRange | undefined {
  // A position beyond 2^53 is rounded, but is still after the end of every file.
  const lastByte = last === undefined ? Infinity : Number(last)
  const start = first === undefined ? Math.max(0, sizeBytes - lastByte) : Number(first)
  const end = first === undefined ? sizeBytes - 1 : Math.min(lastByte, sizeBytes - 1)
  return start < sizeBytes ? { start, end } : undefined
}
