import type { Readable } from 'node:stream'
import { WorkspaceError } from '../../model/errors.ts'

/** A longer text comes close to V8's string limit, and no API accepts it. */
const maxDataUriBytes = 256 * 1024 * 1024

/** Encodes a body as a base64 data URI (RFC 2397). Holds only the text in memory. */
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
