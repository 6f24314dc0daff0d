import { WorkspaceError } from '../../model/errors.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Content } from '../read.ts'
import { documentText } from './office-document.ts'
import { pdfPages, pdfType } from './pdf-text.ts'

const maxMs = 30_000

/** The text of an Office document or a PDF in UTF-8. Throws `unsupported-type` for a document whose text cannot be read. */
export async function documentBytes(
  ports: Pick<Ports, 'renderer'>,
  content: Content,
): Promise<Buffer> {
  // Callers share one reading, so the end of one request does not stop it.
  const signal = AbortSignal.timeout(maxMs)
  if (content.file.mimeType !== pdfType) return Buffer.from(await documentText(content, signal))
  const pages = await pdfPages({ ports, signal }, content)
  if (pages === undefined) throw noText(content.file.path)
  return Buffer.from(pages)
}

function noText(path: string): WorkspaceError {
  return new WorkspaceError(
    'unsupported-type',
    `"${path}" has no readable text: its pages are pictures, or its font has no usable encoding. Look at its picture instead.`,
  )
}
