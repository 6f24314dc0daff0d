import type { FileView } from '../../shared/client/coffer.ts'

/** The fields of a file that a list shows: a quarter of the bytes of a record. */
const fields = [
  'id',
  'name',
  'path',
  'mimeType',
  'sizeBytes',
  'createdAt',
  'updatedAt',
  'state',
  'origin',
  'scan',
  'deletedAt',
  'supersededBy',
  'reservation',
] as const
export const listedFields = fields.join(',')

export type ListedFile = Pick<FileView, Exclude<(typeof fields)[number], 'reservation'>>

export interface FileRow {
  kind: 'file'
  /** Its id. */
  key: string
  name: string
  path: string
  file: ListedFile
}

export interface FolderRow {
  kind: 'folder'
  /** Its path, which ends in `/`. */
  key: string
  name: string
  path: string
  fileCount?: number
  sizeBytes?: number
}

export type Row = FileRow | FolderRow

/** Whether the service refuses the bytes of a file: it is pending, infected or cannot be scanned. */
export function isBlocked(row: Row): boolean {
  return row.kind === 'file' && row.file.state !== 'ready'
}

export function fileRow(file: ListedFile): FileRow {
  return { kind: 'file', key: file.id, name: file.name, path: file.path, file }
}

export function folderRow(path: string): FolderRow {
  const name = path.slice(path.lastIndexOf('/', path.length - 2) + 1, -1)
  return { kind: 'folder', key: path, name, path }
}

export interface Order {
  by: 'name' | 'size' | 'added'
  descending: boolean
}

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** Folders first, then files. Only for lists that are loaded to the end. */
export function sorted(rows: readonly Row[], { by, descending }: Order): Row[] {
  const sign = descending ? -1 : 1
  const compare = (a: Row, b: Row): number => {
    if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1
    if (a.kind === 'file' && b.kind === 'file') {
      if (by === 'size') return sign * (a.file.sizeBytes - b.file.sizeBytes)
      if (by === 'added') return sign * a.file.createdAt.localeCompare(b.file.createdAt)
    }
    return (by === 'name' ? sign : 1) * names.compare(a.name, b.name)
  }
  return rows.toSorted(compare)
}
