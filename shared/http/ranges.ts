import type { ByteRange } from '../workspace/ports.ts'

/** A longer list is no download manager's; this also bounds what overlapping ranges can cost (RFC 9110 §17.15). */
const maxRanges = 16

/**
 * What a `Range` field asks of a representation (RFC 9110 §14.2): parts in the order asked, at least one; `whole` when
 * there is no field or it is to be ignored (another unit, not the grammar, too many ranges); `unsatisfiable` for a 416.
 */
export function selectRanges(
  field: string | undefined,
  sizeBytes: number,
): ByteRange[] | 'whole' | 'unsatisfiable' {
  const specs = field === undefined ? undefined : parseRanges(field)
  if (specs === undefined || specs.length > maxRanges) return 'whole'
  const ranges = specs.flatMap((spec) => resolve(spec, BigInt(sizeBytes)) ?? [])
  return ranges.length === 0 ? 'unsatisfiable' : ranges
}

/** The `Content-Range` of one part, or without a part that of a 416 (RFC 9110 §14.4). */
export function contentRange(range: ByteRange | undefined, sizeBytes: number): string {
  return range ? `bytes ${range.start}-${range.end}/${sizeBytes}` : `bytes */${sizeBytes}`
}

export function rangeLength(range: ByteRange): number {
  return range.end - range.start + 1
}

interface RangeSpec {
  first: bigint | undefined
  last: bigint | undefined
}

/** The ranges of a `bytes` field; undefined when one of them is invalid, which spoils them all. */
function parseRanges(field: string): RangeSpec[] | undefined {
  const set = /^bytes=(.*)$/i.exec(field)?.[1]
  if (set === undefined) return undefined
  // RFC 9110 §5.6.1: a list has optional white space around its commas, and may have empty elements.
  const elements = set.split(/[ \t]*,[ \t]*/).filter((element) => element !== '')
  const specs: RangeSpec[] = []
  for (const element of elements) {
    const [, first, last] = /^(\d*)-(\d*)$/.exec(element) ?? []
    if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
    const spec = { first: position(first), last: position(last) }
    if (spec.first !== undefined && spec.last !== undefined && spec.first > spec.last) {
      return undefined
    }
    specs.push(spec)
  }
  return specs.length === 0 ? undefined : specs
}

/** Any number of digits is a position, far behind the end of every file if need be. */
function position(digits: string): bigint | undefined {
  return digits === '' ? undefined : BigInt(digits)
}

function resolve({ first, last }: RangeSpec, size: bigint): ByteRange | undefined {
  const start = first ?? (last !== undefined && last < size ? size - last : 0n)
  const end = first === undefined || last === undefined || last >= size ? size - 1n : last
  return start < size ? { start: Number(start), end: Number(end) } : undefined
}
