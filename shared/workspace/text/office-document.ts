import { buffer } from 'node:stream/consumers'
import { officeText } from '../../media/document-text/office-text.ts'
import { boundedReader } from '../../media/formats/read-at.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { Content } from '../read.ts'
import { openDocumentTurns } from './document-turns.ts'

/** The most bytes of a document that are read for its text. */
const maxDocumentBytes = 64 * 1024 * 1024
const maxDocumentMs = 15_000

const inTurn = openDocumentTurns()

/** The text of an Office document. Throws `unsupported-type` for a document that cannot be read. */
export function documentText(content: Content, signal: AbortSignal): Promise<string> {
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
    `The text of "${file.path}" cannot be read: the document is damaged, encrypted or too large. Look at its picture instead.`,
  )
}
