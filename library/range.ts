import { WorkspaceError } from '../shared/model/errors.ts'
import type { ByteRange } from '../shared/ports/blob-store.ts'

/** A range within a file, cut off at its end. Throws `range-not-satisfiable` for one that begins behind it. */
export function rangeOf(
  { start, end = Infinity }: { start: number; end?: number | undefined },
  sizeBytes: number,
): ByteRange {
  const last = Math.min(end, sizeBytes - 1)
  if (Number.isSafeInteger(start) && start >= 0 && start <= last && Number.isSafeInteger(last)) {
    return { start, end: last }
  }
  throw new WorkspaceError(
    'range-not-satisfiable',
    `The file has ${sizeBytes} bytes, and no range from ${start} to ${end}. Name its first and its last byte, counted from 0.`,
  )
}
