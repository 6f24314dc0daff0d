import { addUploads, waitingUploads, walksEnd } from '../state/uploads.ts'
import { handleBelow, handlesOf, type Handle } from './handles.ts'

/** Files of a dropped folder in hand at once. */
const mostWaiting = 200
const pollMs = 100

/** A dropped file or folder, with its handle where the browser has one. */
interface Dropped {
  entry: FileSystemEntry
  root: Promise<Handle | null>
}

/** What a drop brings. To be called in the event: the browser empties `items` after it. */
export function droppedOf(transfer: DataTransfer): Dropped[] {
  const handles = handlesOf(transfer)
  return [...transfer.items].flatMap((item, index) => {
    const entry = item.webkitGetAsEntry()
    return entry ? [{ entry, root: handles[index] ?? Promise.resolve(null) }] : []
  })
}

/** Uploads files and whole folders into a folder. */
export async function uploadDropped(dropped: readonly Dropped[], folder: string): Promise<void> {
  const end = walksEnd()
  for (const { entry, root } of dropped) await uploadEntry(entry, folder, { root, names: [], end })
}

/** Where the handle of an entry is found, and when its walk ends. */
interface Way {
  root: Promise<Handle | null>
  names: string[]
  end: AbortSignal
}

/** Reads folders of any size in parts, and waits while enough files are in hand. */
async function uploadEntry(entry: FileSystemEntry, folder: string, way: Way): Promise<void> {
  if (isFile(entry)) {
    while (waitingUploads.value >= mostWaiting && !way.end.aborted) await pause()
    const file = await fileOf(entry)
    if (way.end.aborted) return
    const handle = () => way.root.then((root) => handleBelow(root, way.names)).catch(() => null)
    addUploads([{ file, path: folder + entry.name, handle }])
  } else if (isDirectory(entry)) {
    const reader = entry.createReader()
    for (;;) {
      // A call answers at most 100 entries in Chromium, and none at the end.
      const children = await nextOf(reader)
      if (children.length === 0 || way.end.aborted) break
      for (const child of children) {
        const below = { ...way, names: [...way.names, child.name] }
        await uploadEntry(child, `${folder}${entry.name}/`, below)
      }
    }
  }
}

/** Uploads the files of an input. Those of a folder keep their place in it. */
export function uploadFiles(files: Iterable<File>, folder: string): void {
  const uploads = Array.from(files, (file) => ({
    file,
    path: folder + (file.webkitRelativePath || file.name),
  }))
  addUploads(uploads)
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

function nextOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject))
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pollMs))
}
