import type { Caller } from '../../model/access.ts'
import { createCursor, invalidCursor, readCursor } from '../../model/cursor.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { FileRecord, ReadyFile } from '../../model/file.ts'
import { parsePrefix, sessionFolder } from '../../model/path.ts'
import type { Ports } from '../../ports/ports.ts'
import { readContent, type Content } from '../read.ts'
import { matchesIn, type LineMatch } from './match-lines.ts'

type SearchPorts = Pick<Ports, 'catalog' | 'blobs' | 'limits'>

export interface SearchRequest {
  /** Literal text, in any case. */
  query: string
  prefix?: string | undefined
  /** The most matches. */
  limit: number
  cursor?: string | undefined
  signal: AbortSignal
  /** The text of a file; undefined for a file without text. Throws for a text that cannot be read. */
  textOf: (content: Content, signal: AbortSignal) => Promise<string | undefined>
  /** Whether a file may have a text, by its record. */
  hasText: (file: ReadyFile) => boolean
}

interface FileMatch extends LineMatch {
  path: string
}

export interface SearchResult {
  matches: FileMatch[]
  filesSearched: number
  /** Files that are too large to search, or whose text cannot be read. */
  filesSkipped: number
  /** More matches may follow at this position. */
  nextCursor?: string
}

/** Bounds of one call. Files that are not texts are only listed. */
const maxFiles = 200
const maxListed = 2000
const maxBytes = 32 * 1024 * 1024
const maxMs = 10_000
/** Larger files are skipped. */
const maxFileBytes = 8 * 1024 * 1024
/** Keeps the answer small, also with long paths. */
const maxAnswerBytes = 16 * 1024
/** Files that are read at once, to share the time of the store. */
const maxAtOnce = 8

const pageSize = 100

/** Where a search continues: after the last file that was searched to its end, and after a line of the next one. */
interface Position {
  after?: { path: string; sequence: number }
  /** The file that was searched up to `line`. It may be deleted meanwhile. */
  path?: string
  line: number
}

/** Searches the texts below a prefix in path order. */
export async function search(
  ports: SearchPorts,
  caller: Caller,
  request: SearchRequest,
): Promise<SearchResult> {
  const { query, signal, limit } = request
  const filter = filterOf(caller, request.prefix)
  const sealed = { ...filter, search: query }
  const result: SearchResult = { matches: [], filesSearched: 0, filesSkipped: 0 }
  const deadline = performance.now() + maxMs
  let position = positionOf(sealed, request.cursor)
  let listed = 0
  let bytes = 0
  let answerBytes = 0
  const stopAt = (at: Position) => ({ ...result, nextCursor: cursorOf(sealed, at) })

  for (;;) {
    const { after } = position
    const page = await ports.catalog.list({ ...filter, limit: pageSize, ...(after && { after }) })
    listed += page.files.length
    for (const batch of batchesOf(page.files, request.hasText)) {
      const isOver = performance.now() > deadline || result.filesSearched >= maxFiles
      if (isOver || bytes > maxBytes) return stopAt(position)
      const texts = await Promise.all(batch.map((file) => textOrSkip(ports, caller, file, request)))
      signal.throwIfAborted()
      for (const [at, file] of batch.entries()) {
        const text = texts[at]
        const from = position.path === file.path ? position.line : 0
        const found =
          text === undefined
            ? []
            : matchesIn(text, query, { from, limit: limit - result.matches.length + 1 })
        result.filesSearched += text === undefined ? 0 : 1
        result.filesSkipped += text === undefined && request.hasText(file) ? 1 : 0
        bytes += text?.length ?? 0
        for (const match of found) {
          const isFull = result.matches.length === limit || answerBytes > maxAnswerBytes
          if (isFull) return stopAt(position)
          result.matches.push({ path: file.path, ...match })
          answerBytes += Buffer.byteLength(file.path + match.text)
          position = within(position, file.path, match.line)
        }
        position = { after: { path: file.path, sequence: file.sequence }, line: 0 }
      }
    }
    if (!page.next) return result
    if (listed >= maxListed) return stopAt(position)
  }
}

function within({ after }: Position, path: string, line: number): Position {
  return { ...(after && { after }), path, line }
}

async function textOrSkip(
  ports: SearchPorts,
  caller: Caller,
  file: FileRecord,
  { hasText, textOf, signal }: SearchRequest,
): Promise<string | undefined> {
  if (file.state !== 'ready' || !hasText(file) || file.sizeBytes > maxFileBytes) return undefined
  try {
    return await textOf(await readContent(ports, caller, { id: file.id }), signal)
  } catch (error) {
    // A file can be deleted meanwhile, and a document can be damaged.
    if (error instanceof WorkspaceError && error.code !== 'store-unavailable') return undefined
    throw error
  }
}

/** Groups files so that those of a group have no more bytes than one file may have. */
function* batchesOf(
  files: readonly FileRecord[],
  hasText: SearchRequest['hasText'],
): Generator<ReadyFile[]> {
  let batch: ReadyFile[] = []
  let bytes = 0
  for (const file of files) {
    if (file.state !== 'ready') continue
    const size = hasText(file) && file.sizeBytes <= maxFileBytes ? file.sizeBytes : 0
    if (batch.length > 0 && (batch.length === maxAtOnce || bytes + size > maxFileBytes)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(file)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

function filterOf({ workspaceId, session }: Caller, prefix: string | undefined) {
  return {
    workspaceId,
    ...(prefix !== undefined && { prefix: parsePrefix(prefix, session) }),
    ...(session && { sessionId: session }),
    state: 'ready' as const,
    deleted: false,
    sort: 'path' as const,
    descending: false,
  }
}

type Filter = ReturnType<typeof filterOf>

function cursorOf(sealed: object, { line, ...files }: Position): string {
  return createCursor(sealed, { path: JSON.stringify(files), sequence: line })
}

/** Throws `invalid-request` for a position outside of the prefix and the session. */
function positionOf(sealed: Filter, cursor: string | undefined): Position {
  if (cursor === undefined) return { line: 0 }
  const read = readCursor(sealed, cursor)
  if (!('path' in read)) throw invalidCursor()
  const position = { ...(JSON.parse(read.path) as Position), line: read.sequence }
  const { prefix = '', sessionId } = sealed
  const folder = sessionId === undefined ? '' : sessionFolder(sessionId)
  const at = position.after?.path
  if (at !== undefined && !(at.startsWith(prefix) && at.startsWith(folder))) throw invalidCursor()
  return position
}
