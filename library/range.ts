import { WorkspaceError } from '../shared/model/errors.ts'
import type { ByteRange } from '../shared/ports/blob-store.ts'

/** Limits a range to the size of a file. Throws `range-not-satisfiable` if it starts after the end. */
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
