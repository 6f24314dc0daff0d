import { invalid } from '../../model/errors.ts'

const field = 'Content-Range'
const pattern = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/i

/** The `Content-Range` of a request to a resumable upload: a part of the file, or without `sizeBytes` a status query. */
type UploadRange =
  | { firstByte: number; sizeBytes: number; totalBytes?: number }
  | { sizeBytes?: never; totalBytes?: number }

/**
 * Parses `bytes 0-99/200` and `bytes 0-99/*` (RFC 9110 §14.4), and the status queries `bytes *\/200` and `bytes *\/*` of Cloud
 * Storage. Returns `whole` without the field.
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
