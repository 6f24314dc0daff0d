import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'

/**
 * The beginning of a text as UTF-8, read from its byte order mark if it has one (WHATWG Encoding §6), else as UTF-8. A
 * character that the beginning cuts in two is left out.
 */
export async function textHead(beginning: Readable): Promise<Buffer> {
  const bytes = await buffer(beginning)
  const decoder = new TextDecoder(encodingOf(bytes))
  // As a stream that goes on: the rest of the last character is still to come.
  return Buffer.from(decoder.decode(bytes, { stream: true }))
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return 'utf-8'
}
