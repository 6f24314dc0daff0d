export const newline = 0x0a
const mark = [0xef, 0xbb, 0xbf]

/** The size of a byte order mark in UTF-8. */
export const markBytes = mark.length

/** Returns whether the bytes start with a byte order mark. */
export function hasMark(bytes: Uint8Array): boolean {
  return mark.every((byte, at) => bytes[at] === byte)
}

/** Returns the last position up to `end` that is between two characters. */
export function characterStart(bytes: Uint8Array, end: number): number {
  let at = end
  // A sequence has at most three continuation bytes (RFC 3629 §3).
  while (at > 0 && end - at < 3 && isContinuation(bytes[at])) at--
  return isContinuation(bytes[at]) ? end : at
}

/** The position after the `count`th line break from `from` on, and the number of breaks before it. */
export function afterLines(
  bytes: Uint8Array,
  count: number,
  from = 0,
): { position: number; found: number } {
  let position = from
  let found = 0
  while (found < count) {
    const at = bytes.indexOf(newline, position)
    if (at === -1) break
    position = at + 1
    found++
  }
  return { position, found }
}

/** The number of line breaks. */
export function countBreaks(bytes: Uint8Array): number {
  return afterLines(bytes, Infinity).found
}

/** Returns the position after the last line break before `end`; 0 without one. */
export function afterLastBreak(bytes: Uint8Array, end: number): number {
  return end === 0 ? 0 : bytes.lastIndexOf(newline, end - 1) + 1
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
