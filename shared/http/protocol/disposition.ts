import { encodeExtended } from 'content-disposition'

/**
 * The `Content-Disposition` that saves or shows bytes under a name (RFC 6266). `filename` is always quoted and holds
 * nothing that clients disagree about: no quote, backslash, percent sign, slash or non-ASCII character (Appendix D). A
 * name that has any comes whole in `filename*` (RFC 8187), which every current client prefers.
 */
export function contentDisposition(type: 'attachment' | 'inline', name: string): string {
  const fallback = asciiName(name)
  const plain = `${type}; filename="${fallback}"`
  return fallback === name ? plain : `${plain}; filename*=${encodeExtended(name.toWellFormed())}`
}

const deviceName = /^(?:aux|com\d|conin\$|conout\$|con|lpt\d|nul|prn)(?= *(?:\.|$))/i

/**
 * A file name in ASCII that is safe to save under. Accents fall off their letters, other letters and digits become those
 * that they stand for, and any other character becomes `_`: U+2024 is compatible with a dot, and two of them with `..`.
 * Windows drops blanks and dots at the ends and takes some names for devices; a dot in front hides a file, so none is there
 * that the name itself does not begin with.
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

/** With `_` in place of each blank in front, and of each blank and dot at the end. */
function withoutEdges(text: string): string {
  let start = 0
  while (text[start] === ' ') start += 1
  let end = text.length
  while (end > start && /[ .]/.test(text.charAt(end - 1))) end -= 1
  return '_'.repeat(start) + text.slice(start, end) + '_'.repeat(text.length - end)
}
