import { z } from 'zod'
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server'
import { formatReference } from '../../media/reference.ts'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { ReadyFile } from '../../model/file.ts'
import { readContent, readFile, type Content } from '../../workspace/read.ts'
import { awaitVerdict } from '../../workspace/upload/await-verdict.ts'
import { pictureKindOf } from '../../workspace/model-picture.ts'
import type { Agent } from '../agent.ts'
import { fileArgument, fileNamed } from '../file-argument.ts'
import { pictureBlock } from '../picture.ts'
import { headOf, placeOf } from '../text/place.ts'
import { readWindow } from '../text/read-window.ts'
import { parsePages, pdfPages, pdfType, type PageRange } from '../../workspace/text/pdf-text.ts'
import { textInMemory, type TextSource } from '../text/text-source.ts'
import { hasText, textSourceOf } from '../text/whole-text.ts'
import { defineTool, reads } from '../tool.ts'

const input = z.strictObject({
  file: fileArgument,
  line: z.int().optional().describe('First line, from 1; negative counts from the end'),
  lines: z.int().min(1).max(2000).default(400),
  offset: z.int().min(0).optional().describe('First byte, instead of line'),
  pages: z.string().optional().describe('Of a PDF, such as 1-3'),
  as: z.enum(['auto', 'text', 'image']).default('auto'),
  numbers: z.boolean().default(false).describe('Number the lines'),
  waitSeconds: z.int().min(0).max(30).default(10),
})

type ReadInput = z.output<typeof input>

/**
 * `read_workspace_file`: a window of a text. The first block is Coffer's, the second the file's. Without `structuredContent`, because
 * hosts that get it hide the rest from the model (anthropics/claude-code#55677).
 */
export const readTool = defineTool({
  name: 'read_workspace_file',
  title: 'Read file',
  description:
    'Reads a file. Text comes in windows of up to 32 KiB, by line or by byte offset; the first line says what is shown and what to pass next. Office documents and PDF are read as text; pictures, videos and scanned pages are shown as pictures.',
  input,
  hints: reads,
  meta: { 'anthropic/maxResultSizeChars': 60_000 },
  async call(agent, args) {
    if (args.offset !== undefined && (args.line !== undefined || args.numbers)) {
      throw invalid('offset', 'must not be combined with "line" or "numbers"')
    }
    const content = await scannedContent(agent, args)
    const { file } = content
    const { mimeType } = file
    const isPdf = mimeType === pdfType
    const range = parsePages(args.pages)
    if (range && !isPdf) throw invalid('pages', 'is for PDF only; leave it out')
    if (isPdf && args.as !== 'image') {
      const text = await pdfPages(agent, content, range)
      if (text !== undefined) return textAnswer(file, textInMemory(Buffer.from(text)), args)
      if (args.as === 'text') throw noText(file.path)
    } else if (args.as !== 'image' && hasText(file)) {
      return textAnswer(file, await textSourceOf(content, agent.signal), args)
    }
    if (args.as === 'text' || (args.as === 'auto' && !pictureKindOf(mimeType))) {
      return linkAnswer(file)
    }
    return pictureAnswer(agent, content, range)
  },
})

/** The content of a file, after its verdict if that is pending. */
async function scannedContent(
  { ports, caller, signal }: Agent,
  { file: name, waitSeconds }: ReadInput,
): Promise<Content> {
  const found = await readFile(ports, caller, fileNamed(caller, name))
  if (found.state === 'pending' && waitSeconds > 0) {
    await awaitVerdict(ports, found, { seconds: waitSeconds, signal })
  }
  return readContent(ports, caller, { id: found.id })
}

async function textAnswer(
  file: ReadyFile,
  source: TextSource,
  args: ReadInput,
): Promise<CallToolResult> {
  const window = await readWindow(source, args)
  const head = headOf(file, placeOf(window, args))
  const text = window.text === '' ? [] : [{ type: 'text' as const, text: window.text }]
  return { content: [{ type: 'text', text: head }, ...text] }
}

/** Pages of a PDF that are shown at once. */
const maxPictures = 3

/** A picture of the file: pages of a PDF, the first frame, a frame of a video, or the cover of a sound. */
async function pictureAnswer(
  agent: Agent,
  content: Content,
  { first, last }: PageRange = { first: 1, last: 1 },
): Promise<CallToolResult> {
  const end = Math.min(last, first + maxPictures - 1)
  const pictures: ContentBlock[] = []
  for (let page = first; page <= end; page++) {
    pictures.push(await pictureBlock(agent, content, page))
  }
  const isPdf = content.file.mimeType === pdfType
  const shown = isPdf
    ? `page ${first}${end > first ? `–${end}` : ''} as a picture`
    : 'shown as a picture'
  const next = end < last ? [`next: pages="${end + 1}-${last}"`] : []
  return { content: [{ type: 'text', text: headOf(content.file, [shown, ...next]) }, ...pictures] }
}

function noText(path: string): WorkspaceError {
  return new WorkspaceError(
    'unsupported-type',
    `"${path}" has no readable text on these pages. Look at them with as="image" and pages.`,
  )
}

/** The answer for a file that has no text. Repeats the URI in the text, because hosts drop links. */
function linkAnswer(file: ReadyFile): CallToolResult {
  const uri = formatReference({ id: file.id })
  const { name, mimeType, sizeBytes: size } = file
  const text = `${headOf(file, [uri])}\nThis file has no text to show. Its details: get_workspace_file.`
  return {
    content: [
      { type: 'text', text },
      { type: 'resource_link', uri, name, mimeType, size },
    ],
  }
}
