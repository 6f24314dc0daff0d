import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'

/**
 * Converts the beginning of a text to UTF-8. Reads the encoding from the byte order mark (WHATWG Encoding §6), else assumes
 * UTF-8. Omits an incomplete last character.
 */
export async function textHead(beginning: Readable): Promise<Buffer> {
  const bytes = await buffer(beginning)
  const decoder = new TextDecoder(encodingOf(bytes))
  // Without `stream`, the decoder would replace an incomplete last character.
  return Buffer.from(decoder.decode(bytes, { stream: true }))
}

/** The encoding that a byte order mark names; UTF-8 without one. */
export function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return 'utf-8'
}
