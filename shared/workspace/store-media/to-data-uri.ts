import type { Readable } from 'node:stream'
import { WorkspaceError } from '../../model/errors.ts'

/** Past this the text comes near to the longest that V8 holds, and to what any API takes. */
export const maxDataUriBytes = 256 * 1024 * 1024

/** A data URI in base64 (RFC 2397) of a whole body. Its text is all that is held in memory. */
export async function toDataUri(
  mimeType: string,
  sizeBytes: number,
  open: () => Promise<Readable>,
): Promise<string> {
  if (sizeBytes > maxDataUriBytes) {
    throw new WorkspaceError(
      'too-large',
      `A data URI is made of at most ${maxDataUriBytes} bytes, and this file has ${sizeBytes}. Ask for it as "for_block_output" in a context with a workspace, or as "for_local_processing".`,
    )
  }
  let text = `data:${mimeType};base64,`
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of (await open()) as AsyncIterable<Buffer>) {
    const waiting = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const whole = waiting.length - (waiting.length % 3)
    text += waiting.toString('base64', 0, whole)
    rest = waiting.subarray(whole)
  }
  return text + rest.toString('base64')
}
