import { isUtf8 } from 'node:buffer'

/** Decodes each `%hh` once; undefined for a stray `%` and for bytes that are not UTF-8 (RFC 3986 §2.1). Linear. */
export function decodePercent(text: string): string | undefined {
  const bytes = Buffer.allocUnsafe(text.length)
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    const isEscape = text[at] === '%'
    const byte = isEscape ? escapedByte(text, at) : text.charCodeAt(at)
    if (byte === undefined || byte > 0xff) return undefined
    if (isEscape) at += 2
    bytes[length] = byte
    length += 1
  }
  const decoded = bytes.subarray(0, length)
  return isUtf8(decoded) ? decoded.toString() : undefined
}

function escapedByte(text: string, at: number): number | undefined {
  const [high, low] = [hexDigit(text.charCodeAt(at + 1)), hexDigit(text.charCodeAt(at + 2))]
  return high === undefined || low === undefined ? undefined : high * 16 + low
}

function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}
