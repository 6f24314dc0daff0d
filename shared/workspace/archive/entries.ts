import type { Readable } from 'node:stream'
import { ArchiveNames } from '../../media/archive-names.ts'
import { mayRead, type Caller } from '../../model/access.ts'
import { maxArchiveFiles, type ArchiveSelection } from '../../model/folders/archive-link.ts'
import { modifiedAtOf, type FileRecord, type ReadyFile } from '../../model/file.ts'
import type { Ports } from '../../ports/ports.ts'
import { selectedFiles } from './select.ts'

export interface ArchiveEntry {
  /** Relative, unique in the archive, and valid on every system. */
  name: string
  sizeBytes: number
  modifiedAt: Date
  body: Readable
}

/**
 * The entries of an archive, opened one after another. Leaves out a file that was deleted, moved out of the folder or found
 * infected before its turn. The consumer reads each body to its end, or destroys it, before it takes the next entry.
 */
export async function* archiveEntries(
  ports: Pick<Ports, 'catalog' | 'blobs'>,
  caller: Caller,
  selection: ArchiveSelection,
): AsyncGenerator<ArchiveEntry> {
  const names = new ArchiveNames()
  let count = 0
  for await (const { id, path } of selectedFiles(ports, caller, selection)) {
    const file = await ports.catalog.get(caller.workspaceId, id)
    if (!file || !isServed(caller, file) || file.path !== path) continue
    const body = await ports.blobs.read(file)
    if (!body) continue
    yield {
      name: names.nameOf(pathIn(selection, file)),
      sizeBytes: file.sizeBytes,
      modifiedAt: new Date(modifiedAtOf(file)),
      body,
    }
    count += 1
    if (count === maxArchiveFiles) return
  }
}

function isServed(caller: Caller, file: FileRecord): file is ReadyFile {
  return (
    file.state === 'ready' &&
    mayRead(caller, file) &&
    (!file.isDeleted || file.supersededBy !== null)
  )
}

/** The path in the archive: from the folder's own name on, or only the name of a file that was selected by its id. */
function pathIn(selection: ArchiveSelection, { path, name }: ReadyFile): string {
  if ('ids' in selection) return name
  const { folder } = selection
  return path.slice(folder.lastIndexOf('/', folder.length - 2) + 1)
}
