import { isOfficeText } from '../../media/document-text/office-text.ts'
import { isTextFormat } from '../../media/text-formats.ts'
import type { ReadyFile } from '../../model/file.ts'
import type { Content } from '../../workspace/read.ts'
import { documentText } from '../../workspace/text/office-document.ts'
import { pdfPages, pdfType } from '../../workspace/text/pdf-text.ts'
import type { Agent } from '../agent.ts'
import { textInMemory, type TextSource } from './text-source.ts'
import { textOfFile } from './text-of-file.ts'

/** Whether a text can be read from a file, directly or from a document. */
export function hasText({ mimeType }: Pick<ReadyFile, 'mimeType'>): boolean {
  return isTextFormat(mimeType) || isOfficeText(mimeType) || mimeType === pdfType
}

/** The text of a file. Throws `unsupported-type` for a document whose text cannot be read. */
export async function textSourceOf(content: Content, signal: AbortSignal): Promise<TextSource> {
  if (isTextFormat(content.file.mimeType)) return textOfFile(content)
  return textInMemory(Buffer.from(await documentText(content, signal)))
}

/** The whole text, for files whose size is bounded by the caller. */
export async function wholeTextOf(
  ports: Agent['ports'],
  content: Content,
  signal: AbortSignal,
): Promise<string> {
  const { mimeType } = content.file
  if (mimeType === pdfType) return (await pdfPages({ ports, signal }, content)) ?? ''
  if (isOfficeText(mimeType)) return documentText(content, signal)
  const parts: Uint8Array[] = []
  for await (const chunk of textOfFile(content).read(0)) parts.push(chunk)
  return Buffer.concat(parts).toString()
}
