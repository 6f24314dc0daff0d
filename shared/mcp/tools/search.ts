import { z } from 'zod'
import type { Content } from '../../workspace/read.ts'
import { search } from '../../workspace/text/search.ts'
import { defineTool, reads, structured } from '../tool.ts'
import { hasText, wholeTextOf } from '../text/whole-text.ts'

/** `search_workspace_files`: searches the contents of texts. */
export const searchTool = defineTool({
  name: 'search_workspace_files',
  title: 'Search in files',
  description:
    'Searches the contents of texts, Office documents and PDF for a literal text, in any case, and returns path:line: text. For names use nameContains of list_workspace_files.',
  input: z.strictObject({
    query: z.string().min(1).max(200),
    prefix: z.string().optional().describe('Start of the path, such as /reports/'),
    limit: z.int().min(1).max(100).default(50),
    cursor: z.string().optional(),
  }),
  output: z.object({
    matches: z.array(z.object({ path: z.string(), line: z.int(), text: z.string() })),
    filesSearched: z.int(),
    filesSkipped: z.int().optional().describe('Too large or not readable'),
    complete: z.boolean(),
    nextCursor: z.string().optional(),
  }),
  hints: reads,
  async call({ ports, caller, signal }, args) {
    const textOf = (content: Content, signal: AbortSignal) => wholeTextOf(ports, content, signal)
    const result = await search(ports, caller, { ...args, signal, hasText, textOf })
    const { matches, filesSearched, filesSkipped, nextCursor } = result
    const lines = matches.map(({ path, line, text }) => `${path}:${line}: ${text}`)
    const skipped = filesSkipped > 0 ? `, ${filesSkipped} skipped` : ''
    const rest =
      nextCursor === undefined
        ? ''
        : `; not complete; next: the same call with cursor="${nextCursor}"`
    const end = `${matches.length} matches in ${filesSearched} files searched${skipped}${rest}`
    return structured(
      {
        matches,
        filesSearched,
        ...(filesSkipped > 0 && { filesSkipped }),
        complete: nextCursor === undefined,
        ...(nextCursor !== undefined && { nextCursor }),
      },
      [...lines, end].join('\n'),
    )
  },
})
