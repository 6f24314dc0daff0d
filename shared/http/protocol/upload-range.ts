import { invalid } from '../../model/errors.ts'

const field = 'Content-Range'
const pattern = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/i

/** What a request to a resumable upload brings: a part of the file, or with neither bytes nor size a question. */
export type UploadRange =
  | { firstByte: number; sizeBytes: number; totalBytes?: number }
  | { sizeBytes?: never; totalBytes?: number }

/**
 * Reads `bytes 0-99/200`, `bytes 0-99/*`, and the question what is held, `bytes *\/200` or `bytes *\/*` (which is Cloud
 * Storage's own; the others are RFC 9110 §14.4). Without the field a body is the whole file.
 */
export function parseUploadRange(value: string | undefined): UploadRange | 'whole' {
  if (value === undefined) return 'whole'
  const [, first, last, total] = pattern.exec(value.trim()) ?? []
  if (total === undefined) {
    throw invalid(
      field,
      'must be such as "bytes 0-524287/2000000", "bytes 0-524287/*" or "bytes */*"',
    )
  }
  const named = total === '*' ? {} : { totalBytes: byteNumber(total) }
  if (first === undefined || last === undefined) return named
  const firstByte = byteNumber(first)
  const sizeBytes = byteNumber(last) - firstByte + 1
  if (sizeBytes < 1 || firstByte + sizeBytes > (named.totalBytes ?? Infinity)) {
    throw invalid(field, 'must end at or after its first byte, and before the total')
  }
  return { firstByte, sizeBytes, ...named }
}

function byteNumber(digits: string): number {
  const number = Number(digits)
  if (!Number.isSafeInteger(number)) throw invalid(field, 'names a byte beyond any file')
  return number
}
