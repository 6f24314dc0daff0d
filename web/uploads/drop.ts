import { addUploads, waitingUploads } from '../state/uploads.ts'

/** Files of a dropped folder in hand at once. */
const mostWaiting = 200
const pollMs = 100

/** The entries of a drop. To be called in the event: the browser empties `items` after it. */
export function entriesOf({ items }: DataTransfer): FileSystemEntry[] {
  return [...items].flatMap((item) => item.webkitGetAsEntry() ?? [])
}

/** Uploads files and whole folders into a folder. Reads folders of any size in parts, and waits while enough files are in hand. */
export async function uploadEntries(entries: FileSystemEntry[], folder: string): Promise<void> {
  for (const entry of entries) {
    if (isFile(entry)) {
      while (waitingUploads.value >= mostWaiting) await pause()
      addUploads([{ file: await fileOf(entry), path: folder + entry.name }])
    } else if (isDirectory(entry)) {
      const reader = entry.createReader()
      for (;;) {
        // A call answers at most 100 entries in Chromium, and none at the end.
        const children = await nextOf(reader)
        if (children.length === 0) break
        await uploadEntries(children, `${folder}${entry.name}/`)
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
