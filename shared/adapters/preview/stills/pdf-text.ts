import { open } from 'node:fs/promises'
import { runHelper } from '../helper-program.ts'

/** The longest text. A page of text has about 3 KB. */
const maxTextBytes = 8 * 1024 * 1024

interface TextRequest {
  directory: string
  /** The file's name in the directory. */
  source: string
  signal: AbortSignal
}

/** The text of a PDF in UTF-8, with a form feed after each page. Needs poppler's pdftotext. */
export async function pdfText({ directory, source, signal }: TextRequest): Promise<Buffer> {
  const target = 'text'
  const args = ['-enc', 'UTF-8', source, target]
  await runHelper({ program: 'pdftotext', args, format: 'PDF', directory, signal })
  await using file = await open(`${directory}/${target}`)
  const text = Buffer.alloc(Math.min((await file.stat()).size, maxTextBytes))
  let length = 0
  while (length < text.length) {
    const { bytesRead } = await file.read(text, length, text.length - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return text.subarray(0, length)
}
