import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { isTextFormat } from '../../media/text-formats.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { ReadyFile } from '../../model/file.ts'
import type { Content } from '../read.ts'

/** Throws `unsupported-type` for a file that cannot be changed as a text, and `too-large`. */
export function assertChangeable(
  { path, mimeType, charset, sizeBytes }: ReadyFile,
  maxBytes: number,
): void {
  if (!isTextFormat(mimeType) || charset !== 'utf-8') {
    throw new WorkspaceError(
      'unsupported-type',
      `"${path}" is not a text in UTF-8, so its text cannot be changed. Replace the whole file instead.`,
    )
  }
  if (sizeBytes <= maxBytes) return
  throw new WorkspaceError(
    'too-large',
    `"${path}" has ${sizeBytes} bytes, and texts of up to ${maxBytes} bytes are changed in place. Write a new file instead.`,
  )
}

/** The whole text. A byte order mark stays part of it. */
export async function wholeText({ file, open }: Content): Promise<string> {
  return file.sizeBytes === 0 ? '' : (await buffer(await open())).toString()
}

export function bodyOf(bytes: Buffer): Readable {
  return Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false })
}
