import { refusedSource } from './source-refusals.ts'

const sliceCharacters = 64 * 1024
const percentSign = 0x25

/** Percent-decodes `text` from `start` to `end` and yields the bytes slice by slice. */
export function* payloadBytes(text: string, start: number, end: number): Generator<Buffer> {
  for (let at = start; at < end;) {
    const cut = sliceEnd(text, at, end)
    yield percentDecoded(text.slice(at, cut))
    at = cut
  }
}

/** Returns the end of a slice. It never splits a percent-escape or a surrogate pair. */
function sliceEnd(text: string, start: number, end: number): number {
  let cut = Math.min(start + sliceCharacters, end)
  if (cut === end) return end
  const escape = text.slice(cut - 2, cut).indexOf('%')
  if (escape >= 0) cut = Math.min(cut + escape + 1, end)
  const last = text.charCodeAt(cut - 1)
  return last >= 0xd800 && last <= 0xdbff ? cut + 1 : cut
}

/** Removes tabs and line ends, and encodes non-ASCII characters as UTF-8, as the URL parser does. Then decodes the escapes. */
function percentDecoded(slice: string): Buffer {
  const bytes = Buffer.from(slice.replaceAll(/[\t\n\r]+/g, ''))
  if (!bytes.includes('%')) return bytes
  const decoded = Buffer.allocUnsafe(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    decoded[length++] = byte === percentSign ? escapedByte(bytes, at) : byte
    if (byte === percentSign) at += 2
  }
  return decoded.subarray(0, length)
}

/** Returns the byte that the escape at `at` encodes. */
function escapedByte(bytes: Buffer, at: number): number {
  const value = hexDigit(bytes[at + 1]) * 16 + hexDigit(bytes[at + 2])
  if (value >= 0) return value
  throw refusedSource(
    'has a "%" in its data that does not start an escape such as %20; write a percent sign as %25',
  )
}

/** Returns the value of a hexadecimal digit in ASCII, or a number below -255 for anything else. */
function hexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -256
}
