import type { Readable } from 'node:stream'
import { WorkspaceError } from '../../model/errors.ts'

/** The text of a larger file approaches V8's limit for strings, and no API accepts it. */
const maxDataUriBytes = 256 * 1024 * 1024

/** Encodes a body as a base64 data URI (RFC 2397). Needs memory only for the text. */
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
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const whole = bytes.length - (bytes.length % 3)
    text += bytes.toString('base64', 0, whole)
    rest = bytes.subarray(whole)
  }
  return text + rest.toString('base64')
}
