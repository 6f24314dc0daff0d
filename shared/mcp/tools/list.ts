import { z } from 'zod'
import { modifiedAtOf, originSchema, stateSchema, type FileRecord } from '../../model/file.ts'
import { list, type Listing, type ListRequest } from '../../workspace/list.ts'
import type { Agent } from '../agent.ts'
import { tagOf } from '../etag.ts'
import { defineTool, reads, structured } from '../tool.ts'

/** The most bytes of one answer, as text or as structure. */
const maxAnswerBytes = 16 * 1024

const input = z.strictObject({
  prefix: z.string().optional().describe('Start of the path, such as /reports/'),
  folders: z.boolean().default(false).describe('One level: files and subfolders of the prefix'),
  nameContains: z.string().optional(),
  origin: originSchema.optional(),
  state: stateSchema.optional(),
  deleted: z.boolean().default(false).describe('List the trash instead'),
  sort: z.enum(['newest', 'path']).optional(),
  limit: z.int().min(1).max(100).default(50),
  cursor: z.string().optional(),
  detail: z.enum(['brief', 'full']).default('brief').describe('full adds id, etag and dates'),
})

/** `list_workspace_files`: one line for each file, without ids and records, which a model rarely needs. */
export const listTool = defineTool({
  name: 'list_workspace_files',
  title: 'List files',
  description:
    'Lists files, newest first, one line each: path, type, bytes, state unless ready. nameContains searches names. The answer ends with the cursor of the next page.',
  input,
  output: z.object({
    folders: z.array(z.string()).optional(),
    files: z.array(z.string()).optional(),
    records: z.array(z.record(z.string(), z.unknown())).optional(),
    total: z.int(),
    totalIsMinimum: z.boolean().optional(),
    nextCursor: z.string().optional(),
  }),
  hints: reads,
  async call(agent, { detail, sort, limit, ...filter }) {
    const request = {
      ...filter,
      ...(sort && { sort: sort === 'path' ? ('path' as const) : ('created' as const) }),
      total: true,
    }
    for (let count = limit; ;) {
      const answer = await pageOf(agent, { ...request, limit: count }, detail)
      const bytes = sizeOf(answer)
      if (bytes <= maxAnswerBytes || count === 1) return structured(answer.structure, answer.text)
      count = Math.max(1, Math.floor((Math.min(count, answer.entries) * maxAnswerBytes) / bytes))
    }
  },
})

interface Answer {
  structure: Record<string, unknown>
  text: string
  entries: number
}

async function pageOf(
  { ports, caller }: Agent,
  request: ListRequest,
  detail: 'brief' | 'full',
): Promise<Answer> {
  const page = await list(ports, caller, request)
  const { files, folders = [] } = page
  const lines = files.map((file) => lineOf(file, detail))
  const entries = files.length + folders.length
  return {
    structure: {
      ...(request.folders && { folders }),
      ...(detail === 'brief' ? { files: lines } : { records: files.map(recordOf) }),
      total: page.total ?? entries,
      ...(page.totalIsMinimum && { totalIsMinimum: true }),
      ...(page.nextCursor !== undefined && { nextCursor: page.nextCursor }),
    },
    text: [...folders, ...lines, endOf(page, entries)].join('\n'),
    entries,
  }
}

/** The count, and the next call if there are more files. */
function endOf(
  { total = 0, totalIsMinimum, nextCursor, incompleteResults }: Listing,
  shown: number,
) {
  const all = `${totalIsMinimum ? 'at least ' : ''}${total}`
  if (nextCursor === undefined) return shown === 0 ? 'No files.' : `${shown} of ${all} shown.`
  const why = incompleteResults ? 'the search is not complete' : `${shown} of ${all} shown`
  return `${why}; next: the same call with cursor="${nextCursor}"`
}

function lineOf(file: FileRecord, detail: 'brief' | 'full'): string {
  const { path, mimeType, sizeBytes, state, id } = file
  const parts = [path, mimeType, `${sizeBytes}`, ...(state === 'ready' ? [] : [state])]
  if (detail === 'full') parts.push(`id ${id}`, `etag ${tagOf(file)}`, modifiedAtOf(file))
  return parts.join('  ')
}

function recordOf(file: FileRecord) {
  const { id, path, mimeType, sizeBytes, state } = file
  return { path, mimeType, sizeBytes, state, modifiedAt: modifiedAtOf(file), id, etag: tagOf(file) }
}

function sizeOf({ structure, text }: Answer): number {
  return Math.max(Buffer.byteLength(JSON.stringify(structure)), Buffer.byteLength(text))
}
