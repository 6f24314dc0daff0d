import { buffer } from 'node:stream/consumers'
import { isOfficeText, officeText } from '../../media/document-text/office-text.ts'
import { boundedReader } from '../../media/formats/read-at.ts'
import { isTextFormat } from '../../media/text-formats.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { ReadyFile } from '../../model/file.ts'
import type { Content } from '../../workspace/read.ts'
import type { Agent } from '../agent.ts'
import { openDocumentTurns } from './document-turns.ts'
import { pdfPages, pdfType } from './pdf-text.ts'
import { textInMemory, type TextSource } from './text-source.ts'
import { textOfFile } from './text-of-file.ts'

/** The most bytes of a document that are read for its text. */
const maxDocumentBytes = 64 * 1024 * 1024
const maxDocumentMs = 15_000

const inTurn = openDocumentTurns()

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

function documentText(content: Content, signal: AbortSignal): Promise<string> {
  return inTurn(content.file.workspaceId, signal, () => readDocument(content, signal))
}

async function readDocument({ file, open }: Content, signal: AbortSignal): Promise<string> {
  const readAt = async (offset: number, bytes: number) => {
    const end = Math.min(offset + bytes, file.sizeBytes) - 1
    return offset > end ? Buffer.alloc(0) : buffer(await open({ start: offset, end }))
  }
  const read = boundedReader(readAt, maxDocumentBytes)
  const ends = AbortSignal.any([signal, AbortSignal.timeout(maxDocumentMs)])
  const text = await officeText(read, file, ends).catch((error: unknown) => {
    if (signal.aborted || !ends.aborted) throw error
    return undefined
  })
  if (text !== undefined) return text
  throw new WorkspaceError(
    'unsupported-type',
    `The text of "${file.path}" cannot be read: the document is damaged, encrypted or too large. Look at it with as="image".`,
  )
}
