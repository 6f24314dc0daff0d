import { isTextFormat } from '../../media/text-formats.ts'
import type { ReadyFile } from '../../model/file.ts'
import type { Content } from '../../workspace/read.ts'
import { textOfFile } from './text-of-file.ts'

/** Whether a search can read the text of a file. */
export function hasText({ mimeType }: ReadyFile): boolean {
  return isTextFormat(mimeType)
}

/** The whole text, for files whose size is bounded by the caller. */
export async function wholeTextOf(content: Content): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of textOfFile(content).read(0)) parts.push(chunk)
  return Buffer.concat(parts).toString()
}
