import { officeText as textOf } from '../media/document-text/office-text.ts'
import { readerOf } from '../media/formats/read-at.ts'
import { openContained } from '../workspace/store-media/contained-file.ts'
import type { ExecutionContext } from './execution-context.ts'

/**
 * The text of a `.docx`, `.pptx`, `.xlsx`, `.odt`, `.odp` or `.ods` in the directory of a run, at most 4 MiB, in bounded memory. Undefined
 * for another type, and for a document that is damaged or too large.
 */
export async function officeText(
  { directory, signal, typeOf }: Pick<ExecutionContext, 'directory' | 'signal' | 'typeOf'>,
  path: string,
): Promise<string | undefined> {
  const mimeType = await typeOf(path)
  await using handle = await openContained(directory, path)
  const { size: sizeBytes } = await handle.stat()
  const read = readerOf(async (range) => handle.createReadStream({ autoClose: false, ...range }), {
    head: Buffer.alloc(0),
    sizeBytes,
  })
  return await textOf(read, { mimeType, sizeBytes }, signal)
}
