import type { FileState } from '../file.ts'
import { folderOf, maxExaminedFiles, positionAfterFolder } from '../listing.ts'
import type { SessionId } from '../ids.ts'

/** A place in the order of paths. Files of one path follow in the order of their reservation. */
export interface PathPosition {
  path: string
  sequence: number
}

/** In the order of code points, as the catalogs sort paths. */
export function comparePositions(a: PathPosition, b: PathPosition): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)) || a.sequence - b.sequence
}

export interface FolderQuery {
  workspaceId: string
  /** The folder whose direct subfolders are listed. Ends in `/`. */
  folder: string
  sessionId?: SessionId
  limit: number
  after?: PathPosition
  /** The most stored files that the page reads. Default: `maxExaminedFiles`. */
  maxExamined?: number
}

export interface FolderSummary {
  /** Ends in `/`. */
  path: string
  /** Ready files at any depth of the folder, outside the trash. */
  fileCount: number
  /** The bytes of these files. */
  sizeBytes: number
  /** One page cannot read all files of the folder. The counts cover the first ones. */
  isMinimum?: true
}

export interface FolderPage {
  folders: FolderSummary[]
  next?: PathPosition
  /** Whether the page ends because `maxExamined` files were read. Further folders may follow at `next`. */
  isIncomplete?: true
}

/** The part of a file that a summary needs. */
export interface SummarizedFile extends PathPosition {
  state: FileState
  sizeBytes: number
}

/** Reads the next files outside the trash in the order of paths: `limit` of them, or fewer at the end. */
type ReadFiles = (after: PathPosition | undefined, limit: number) => Promise<SummarizedFile[]>

interface OpenFolder {
  summary: FolderSummary
  /** The position before the first file of the folder. */
  start: PathPosition | undefined
  examined: number
}

/** The rule of `Folders.summarize`. Reads files in batches of at most `batch`. */
export async function summarizeFolders(
  { folder: parent, limit, after, maxExamined = maxExaminedFiles }: FolderQuery,
  { batch, read }: { batch: number; read: ReadFiles },
): Promise<FolderPage> {
  const folders: FolderSummary[] = []
  let open: OpenFolder | undefined
  let position = after
  for (let left = maxExamined; left > 0;) {
    const size = Math.min(batch, left)
    const files = await read(position, size)
    left -= files.length
    for (const file of files) {
      const path = folderOf(file.path, parent)
      if (open && open.summary.path !== path) {
        folders.push(open.summary)
        open = undefined
      }
      if (path !== undefined) {
        if (!open && folders.length === limit)
          return { folders, ...(position && { next: position }) }
        open ??= { summary: { path, fileCount: 0, sizeBytes: 0 }, start: position, examined: 0 }
        add(open, file)
      }
      position = { path: file.path, sequence: file.sequence }
    }
    if (files.length < size) return { folders: open ? [...folders, open.summary] : folders }
  }
  return stopped({ folders, open, position }, maxExamined)
}

function add(open: OpenFolder, { state, sizeBytes }: SummarizedFile): void {
  open.examined += 1
  if (state !== 'ready') return
  open.summary.fileCount += 1
  open.summary.sizeBytes += sizeBytes
}

interface Stop {
  folders: FolderSummary[]
  open: OpenFolder | undefined
  position: PathPosition | undefined
}

/** The page that ends within a folder. The next page counts that folder from its start, unless one page cannot read it whole. */
function stopped({ folders, open, position }: Stop, maxExamined: number): FolderPage {
  const pageOf = (next: PathPosition | undefined, last: FolderSummary[] = []): FolderPage => ({
    folders: [...folders, ...last],
    ...(next && { next }),
    isIncomplete: true,
  })
  if (!open) return pageOf(position)
  if (open.examined < maxExamined) return pageOf(open.start)
  const { summary } = open
  return pageOf(positionAfterFolder(summary.path, { descending: false }), [
    { ...summary, isMinimum: true },
  ])
}
