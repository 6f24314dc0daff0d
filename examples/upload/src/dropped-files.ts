/** The files of a drop, also those in folders, with their paths in `webkitRelativePath`. Call it in the handler of the drop. */
export async function droppedFiles({ items }: DataTransfer): Promise<File[]> {
  // The items are gone after the first await.
  const entries = [...items].map((item) => item.webkitGetAsEntry())
  return (await Promise.all(entries.map(filesOf))).flat()
}

async function filesOf(entry: FileSystemEntry | null): Promise<File[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    return [Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath.slice(1) })]
  }
  const files: File[] = []
  if (isDirectory(entry)) {
    const reader = entry.createReader()
    for (;;) {
      // A reader returns at most 100 entries at a time.
      const page = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      )
      if (page.length === 0) break
      for (const child of page) files.push(...(await filesOf(child)))
    }
  }
  return files
}

// No browser has the classes of the entries as globals.
function isFile(entry: FileSystemEntry | null): entry is FileSystemFileEntry {
  return entry?.isFile === true
}

function isDirectory(entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry {
  return entry?.isDirectory === true
}
