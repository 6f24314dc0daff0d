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

/** Accents fall off their letters; every other character that is not safe becomes one `_`. */
function asciiName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[^\x20-\x7e]|["\\%/]/gu, '_')
}
