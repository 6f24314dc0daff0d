import { WorkspaceError } from '../../model/errors.ts'
import type { TextSource } from './text-source.ts'
import { countBreaks } from './utf8-bytes.ts'
import { windowByLine, windowByOffset, type TextWindow, type WindowBounds } from './window.ts'

const mebibyte = 1024 * 1024

/** The bounds of one answer: about 8,600 tokens of English, so that no host cuts it. */
const bounds: WindowBounds = {
  maxBytes: 32 * 1024,
  scanBytes: 64 * mebibyte,
  countBytes: 8 * mebibyte,
}

/** A number and a tabulator. No text has more lines than its 64 MiB have bytes. */
const numberBytes = 9

/** How far from its end a large text is searched for the beginning of a line. */
const tailBytes = 4 * mebibyte

interface WindowRequest {
  line?: number | undefined
  lines: number
  offset?: number | undefined
  numbers: boolean
}

/** Reads the window that a model asks for. */
export async function readWindow(
  source: TextSource,
  { line = 1, lines, offset, numbers }: WindowRequest,
): Promise<TextWindow> {
  if (offset !== undefined) return windowByOffset(source, { offset, lines }, bounds)
  if (line < 0) return fromEnd(source, { line, lines, numbers })
  const maxBytes = bounds.maxBytes - (numbers ? numberBytes * lines : 0)
  const window = await windowByLine(
    source,
    { line: Math.max(1, line), lines },
    { ...bounds, maxBytes },
  )
  return numbers ? numbered(window) : window
}

/** Reads from a line that is counted from the end. */
async function fromEnd(
  source: TextSource,
  { line, lines, numbers }: WindowRequest & { line: number },
): Promise<TextWindow> {
  const { sizeBytes } = source
  if (sizeBytes !== undefined && sizeBytes > bounds.countBytes) {
    return windowByOffset(
      source,
      { offset: await tailOffset(source, sizeBytes, -line), lines },
      bounds,
    )
  }
  const { totalLines } = await windowByLine(source, { line: 1, lines: 1 }, bounds)
  if (totalLines === undefined) throw tooLong()
  return readWindow(source, { line: Math.max(1, totalLines + 1 + line), lines, numbers })
}

/** The offset of a line that is counted from the end of a large text. */
async function tailOffset(source: TextSource, sizeBytes: number, count: number): Promise<number> {
  const start = sizeBytes - tailBytes
  const parts: Uint8Array[] = []
  for await (const chunk of source.read(start)) parts.push(Buffer.from(chunk))
  const tail = Buffer.concat(parts)
  // The break at the very end ends the last line.
  let end = tail.length - 1
  for (let found = 0; found < count; found++) {
    end = tail.lastIndexOf('\n', end - 1)
    if (end === -1) throw tooFarFromEnd(countBreaks(tail))
  }
  return start + end + 1
}

function numbered(window: TextWindow): TextWindow {
  const { firstLine = 1, text } = window
  const lines = text.split('\n')
  const last = lines.at(-1) === '' ? lines.length - 1 : lines.length
  const shown = lines.map((line, at) => (at < last ? `${firstLine + at}\t${line}` : line))
  return { ...window, text: shown.join('\n') }
}

function tooLong(): WorkspaceError {
  return new WorkspaceError(
    'range-not-satisfiable',
    'The text is too long to count its lines from the end. Name the place by "offset", in bytes.',
  )
}

function tooFarFromEnd(lines: number): WorkspaceError {
  return new WorkspaceError(
    'range-not-satisfiable',
    `A text of this size is searched from its end for at most ${lines} lines. Name the place by "offset", in bytes.`,
  )
}
