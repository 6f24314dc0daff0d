import { WorkspaceError } from '../../model/errors.ts'
import type { TextSource } from './text-source.ts'
import {
  afterLastBreak,
  afterLines,
  characterStart,
  countBreaks,
  hasMark,
  markBytes,
  newline,
} from './utf8-bytes.ts'

/** A part of a text. */
export interface TextWindow {
  text: string
  /** The offset of the first byte, and the offset after the last. */
  start: number
  end: number
  /** The number of the first line; undefined if the lines before the window were not counted. */
  firstLine: number | undefined
  /** The number of the lines in the window, with one that is cut. */
  lineCount: number
  /** Whether the window ends within a line. */
  isCutInLine: boolean
  isAtEnd: boolean
  /** The number of lines of the whole text, if it is small enough to count them. */
  totalLines?: number
}

export interface WindowBounds {
  /** The most bytes of the window. */
  maxBytes: number
  /** The most bytes that are read to reach a line. */
  scanBytes: number
  /** The longest text whose lines are counted. */
  countBytes: number
}

interface LineRange {
  line: number
  lines: number
}

/** Reads up to `lines` lines from line number `line` (1 or more) on, and never a part of a character. */
export async function windowByLine(
  source: TextSource,
  { line, lines }: LineRange,
  bounds: WindowBounds,
): Promise<TextWindow> {
  const counts = source.sizeBytes === undefined || source.sizeBytes <= bounds.countBytes
  const window = new Collector({ firstLine: line, lines, maxBytes: bounds.maxBytes })
  let position = 0
  let current = 1
  let breaks = 0
  let endsWithBreak = true
  for await (const read of withHead(source.read(0), markBytes)) {
    const chunk = position === 0 && hasMark(read) ? read.subarray(markBytes) : read
    position += read.length - chunk.length
    let from = 0
    if (current < line) {
      const skipped = afterLines(chunk, line - current)
      from = current + skipped.found < line ? chunk.length : skipped.position
      current += skipped.found
    }
    if (current >= line) window.add(chunk.subarray(from), position + from)
    position += chunk.length
    breaks += countBreaks(chunk)
    if (chunk.length > 0) endsWithBreak = chunk.at(-1) === newline
    if (window.isFull && (!counts || position > bounds.countBytes)) {
      return window.result(source.sizeBytes)
    }
    if (!window.hasBegun && position > bounds.scanBytes) throw tooFar(bounds.scanBytes)
  }
  const totalLines = breaks + (endsWithBreak ? 0 : 1)
  if (line > Math.max(1, totalLines)) throw pastEnd(totalLines)
  return { ...window.result(position), totalLines }
}

/** Reads from a byte offset on. An offset within a character is moved to its start. */
export async function windowByOffset(
  source: TextSource,
  { offset, lines }: { offset: number; lines: number },
  { maxBytes }: Pick<WindowBounds, 'maxBytes'>,
): Promise<TextWindow> {
  // Reads the bytes before the offset too, which may start its character.
  const before = Math.min(offset, 3)
  const window = new Collector({ firstLine: undefined, lines, maxBytes })
  let position = offset - before
  for await (const chunk of withHead(source.read(position), Math.max(markBytes, before + 1))) {
    const isFirst = position === offset - before
    const from = isFirst ? startOf(chunk, before, offset) : 0
    window.add(chunk.subarray(from), position + from)
    position += chunk.length
    if (window.isFull) return window.result(source.sizeBytes)
  }
  if (position < offset) throw pastSize(source.sizeBytes ?? position)
  return window.result(position)
}

/** The start of a window in bytes that begin `before` bytes before the offset. */
function startOf(head: Uint8Array, before: number, offset: number): number {
  if (offset < markBytes && hasMark(head)) return markBytes
  return characterStart(head, Math.min(before, head.length))
}

/** The chunks, of which the first has at least `minBytes` bytes if the text has. */
async function* withHead(
  chunks: AsyncIterable<Uint8Array>,
  minBytes: number,
): AsyncIterable<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array()
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < minBytes) continue
    yield head
    head = undefined
  }
  if (head !== undefined && head.length > 0) yield head
}

interface CollectorOptions {
  firstLine: number | undefined
  lines: number
  maxBytes: number
}

/** Collects the bytes of one window. */
class Collector {
  readonly #options: CollectorOptions
  #parts: Uint8Array[] = []
  #size = 0
  #breaks = 0
  #start: number | undefined
  #isComplete = false

  constructor(options: CollectorOptions) {
    this.#options = options
  }

  get hasBegun(): boolean {
    return this.#start !== undefined
  }

  /** Whether no further byte can belong to the window. */
  get isFull(): boolean {
    return this.#isComplete || this.#size > this.#options.maxBytes
  }

  add(bytes: Uint8Array, position: number): void {
    if (this.isFull || bytes.length === 0) return
    this.#start ??= position
    const wanted = this.#options.lines - this.#breaks
    const lines = afterLines(bytes, wanted)
    this.#isComplete = lines.found === wanted
    // One byte more than fits shows that the window is cut.
    const space = this.#options.maxBytes + 1 - this.#size
    const part = bytes.subarray(0, Math.min(space, this.#isComplete ? lines.position : Infinity))
    this.#parts.push(Buffer.from(part))
    this.#size += part.length
    this.#breaks += lines.found
  }

  /** `size`: the size of the text, if it is known. */
  result(size: number | undefined): TextWindow {
    const { maxBytes, firstLine } = this.#options
    const bytes = Buffer.concat(this.#parts)
    const start = this.#start ?? size ?? 0
    const kept = bytes.length <= maxBytes ? bytes : bytes.subarray(0, cut(bytes, maxBytes))
    const end = start + kept.length
    const isAtEnd = end === size
    const endsLine = kept.at(-1) === newline
    const isCutInLine = !isAtEnd && !endsLine
    const lineCount = countBreaks(kept) + (kept.length > 0 && !endsLine ? 1 : 0)
    return { text: kept.toString(), start, end, firstLine, lineCount, isCutInLine, isAtEnd }
  }
}

/** Prefers the end of a line to the end of a character. */
function cut(bytes: Uint8Array, maxBytes: number): number {
  return afterLastBreak(bytes, maxBytes) || characterStart(bytes, maxBytes)
}

function tooFar(scanBytes: number): WorkspaceError {
  return new WorkspaceError(
    'range-not-satisfiable',
    `The line begins after ${scanBytes} bytes, which is too far to count lines. Name the place by "offset", in bytes.`,
  )
}

function pastEnd(totalLines: number): WorkspaceError {
  return new WorkspaceError(
    'range-not-satisfiable',
    `The text has ${totalLines} lines. Name one of them, or -1 for the last.`,
  )
}

function pastSize(sizeBytes: number): WorkspaceError {
  return new WorkspaceError(
    'range-not-satisfiable',
    `The text has ${sizeBytes} bytes. Name a smaller "offset".`,
  )
}
