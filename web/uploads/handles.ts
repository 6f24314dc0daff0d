/** A file of the user's disk that the page may read again after a reload, once the user permits it. Chromium only. */
export interface FileHandle {
  kind: 'file'
  getFile(): Promise<File>
  queryPermission(options: { mode: 'read' }): Promise<PermissionState>
  requestPermission(options: { mode: 'read' }): Promise<PermissionState>
}

interface DirectoryHandle {
  kind: 'directory'
  getDirectoryHandle(name: string): Promise<DirectoryHandle>
  getFileHandle(name: string): Promise<FileHandle>
}

export type Handle = FileHandle | DirectoryHandle

/** What a handle is kept with: another file at the same place has another size or date. */
interface Kept {
  handle: FileHandle
  lastModified: number
}

/** Smaller files are sent in one request, which a reload does not leave half done. */
const leastBytes = 8 * 1024 * 1024
const storeName = 'handles'

/** The handles of a drop. To be called in the event: the browser empties `items` after it. */
export function handlesOf({ items }: DataTransfer): Promise<Handle | null>[] {
  return [...items].map((item) => {
    const open = (item as { getAsFileSystemHandle?: () => Promise<Handle | null> })
      .getAsFileSystemHandle
    return open ? open.call(item).catch(() => null) : Promise.resolve(null)
  })
}

/** The handle of a file below a dropped folder. */
export async function handleBelow(
  root: Handle | null,
  names: string[],
): Promise<FileHandle | null> {
  let handle = root
  for (const [index, name] of names.entries()) {
    if (handle?.kind !== 'directory') return null
    const isLast = index === names.length - 1
    handle = await (isLast ? handle.getFileHandle(name) : handle.getDirectoryHandle(name))
  }
  return handle?.kind === 'file' ? handle : null
}

/** Keeps the handle of a large upload until it has ended. */
export async function keepHandle(path: string, file: File, handle: FileHandle): Promise<void> {
  if (file.size <= leastBytes) return
  const kept: Kept = { handle, lastModified: file.lastModified }
  await write((store) => store.put(kept, path))
}

export function forgetHandle(path: string): Promise<void> {
  return write((store) => store.delete(path))
}

/** Reads the file of an interrupted upload again, if its handle is kept and the user permits it. */
export async function fileAt(path: string, sizeBytes: number): Promise<File | undefined> {
  const kept = await read<Kept>(path)
  if (!kept) return undefined
  const { handle, lastModified } = kept
  if ((await handle.requestPermission({ mode: 'read' })) !== 'granted') return undefined
  const file = await handle.getFile().catch(() => undefined)
  return file?.size === sizeBytes && file.lastModified === lastModified ? file : undefined
}

/** The paths whose handles are kept. */
export async function keptPaths(): Promise<ReadonlySet<string>> {
  const keys = await ask((store) => store.getAllKeys())
  return new Set(keys?.map(String))
}

function read<Value>(key: string): Promise<Value | undefined> {
  return ask((store) => store.get(key) as IDBRequest<Value | undefined>)
}

async function write(act: (store: IDBObjectStore) => IDBRequest): Promise<void> {
  await ask(act, 'readwrite')
}

/** Resolves to undefined where a page may not store anything. */
async function ask<Value>(
  act: (store: IDBObjectStore) => IDBRequest<Value>,
  mode: IDBTransactionMode = 'readonly',
): Promise<Value | undefined> {
  try {
    const opening = indexedDB.open('coffer', 1)
    opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(storeName))
    const database = await settled(opening)
    const value = await settled(act(database.transaction(storeName, mode).objectStore(storeName)))
    database.close()
    return value
  } catch {
    return undefined
  }
}

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('No database')))
  })
}
