import { encodeExtended } from 'content-disposition'

/**
 * The `Content-Disposition` of bytes with a name (RFC 6266). `filename` is always quoted and contains no quote, backslash, percent
 * sign, slash or non-ASCII character, which clients interpret differently (Appendix D). A name with such a character is
 * complete in `filename*` (RFC 8187), which every current client prefers.
 */
export function contentDisposition(type: 'attachment' | 'inline', name: string): string {
  const fallback = asciiName(name)
  const plain = `${type}; filename="${fallback}"`
  return fallback === name ? plain : `${plain}; filename*=${encodeExtended(name.toWellFormed())}`
}

const deviceName = /^(?:aux|com\d|conin\$|conout\$|con|lpt\d|nul|prn)(?= *(?:\.|$))/i

/**
 * An ASCII file name that is safe to save. Removes accents, replaces letters and digits by their compatible ASCII form, and any
 * other character by `_` (U+2024 is compatible with a dot, and two of them with `..`). Avoids device names of Windows, and
 * spaces and dots at the end, which Windows drops. Adds no leading dot, which hides a file.
 */
function asciiName(name: string): string {
  let ascii = ''
  for (const character of name) ascii += asciiOf(character)
  const hidden = ascii.startsWith('.') && !name.startsWith('.') ? '_' : ''
  const device = deviceName.test(ascii) ? '_' : ''
  return withoutEdges(hidden + device + ascii) || (name && '_')
}

function asciiOf(character: string): string {
  if (/[\x20-\x7e]/.test(character)) return /["\\%/]/.test(character) ? '_' : character
  const letters = character.normalize('NFKD').replace(/\p{Mn}/gu, '')
  return /^[A-Za-z0-9]*$/.test(letters) ? letters : '_'
}

/** Replaces each leading space, and each trailing space and dot, by `_`. */
function withoutEdges(text: string): string {
  let start = 0
  while (text[start] === ' ') start += 1
  let end = text.length
  while (end > start && /[ .]/.test(text.charAt(end - 1))) end -= 1
  return '_'.repeat(start) + text.slice(start, end) + '_'.repeat(text.length - end)
}
