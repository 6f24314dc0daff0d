import { z } from 'zod'
import type { CallToolResult } from '@modelcontextprotocol/server'
import { formatReference } from '../../media/reference.ts'
import { isTextFormat } from '../../media/text-formats.ts'
import { invalid } from '../../model/errors.ts'
import type { ReadyFile } from '../../model/file.ts'
import { readContent, readFile, type Content } from '../../workspace/read.ts'
import { awaitVerdict } from '../../workspace/upload/await-verdict.ts'
import { pictureKindOf } from '../../workspace/model-picture.ts'
import type { Agent } from '../agent.ts'
import { fileArgument, fileNamed } from '../file-argument.ts'
import { pictureBlock } from '../picture.ts'
import { headOf, placeOf } from '../text/place.ts'
import { readWindow } from '../text/read-window.ts'
import { textOfFile } from '../text/text-of-file.ts'
import { defineTool, reads } from '../tool.ts'

const input = z.strictObject({
  file: fileArgument,
  line: z.int().optional().describe('First line, from 1; negative counts from the end'),
  lines: z.int().min(1).max(2000).default(400),
  offset: z.int().min(0).optional().describe('First byte, instead of line'),
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
    'Reads a file. Text comes in windows of up to 32 KiB, by line or by byte offset; the first line says what is shown and what to pass next. Pictures, videos and PDF are shown as a picture.',
  input,
  hints: reads,
  meta: { 'anthropic/maxResultSizeChars': 60_000 },
  async call(agent, args) {
    if (args.offset !== undefined && (args.line !== undefined || args.numbers)) {
      throw invalid('offset', 'must not be combined with "line" or "numbers"')
    }
    const content = await scannedContent(agent, args)
    const { file } = content
    const isText = isTextFormat(file.mimeType)
    if (args.as === 'image' || (!isText && args.as === 'auto' && pictureKindOf(file.mimeType))) {
      return pictureAnswer(agent, content)
    }
    return isText ? textAnswer(content, args) : linkAnswer(file)
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

async function textAnswer(content: Content, args: ReadInput): Promise<CallToolResult> {
  const window = await readWindow(textOfFile(content), args)
  const head = headOf(content.file, placeOf(window, args))
  const text = window.text === '' ? [] : [{ type: 'text' as const, text: window.text }]
  return { content: [{ type: 'text', text: head }, ...text] }
}

/** A picture of the file: the first frame, a frame of a video, or the cover of a sound. */
async function pictureAnswer(agent: Agent, content: Content): Promise<CallToolResult> {
  const picture = await pictureBlock(agent, content)
  return {
    content: [{ type: 'text', text: headOf(content.file, ['shown as a picture']) }, picture],
  }
}

/** The answer for a file that has no text. The URI stands in the text too, because hosts drop links. */
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
