import type { Readable } from 'node:stream'
import { mayRead, notFound, type Caller } from '../model/access.ts'
import { WorkspaceError } from '../model/errors.ts'
import type { FileRecord, ReadyFile } from '../model/file.ts'
import { parseFileId } from '../model/path.ts'
import type { WorkspacePath } from '../model/ids.ts'
import type { BlobFile, ByteRange } from '../ports/blob-store.ts'
import type { Ports } from '../ports/ports.ts'
import { explainUnscannable } from '../model/unscannable.ts'

/** A file's id as the caller sent it, not validated; or its path. */
export type FileName = { id: string } | { path: WorkspacePath }

/** Finds a record in any state, in the trash or not. Throws `not-found`. */
export async function findFile(
  { catalog }: Pick<Ports, 'catalog'>,
  caller: Caller,
  name: FileName,
): Promise<FileRecord> {
  const file =
    'path' in name
      ? await catalog.getByPath(caller.workspaceId, name.path)
      : await get(catalog, caller, name.id)
  if (!file) throw notFound()
  return file
}

/** Finds the record of a file that is not deleted. A superseded file is readable by its id. Throws `gone`. */
export async function readFile(
  ports: Pick<Ports, 'catalog' | 'limits'>,
  caller: Caller,
  name: FileName,
): Promise<FileRecord> {
  const file = await findFile(ports, caller, name)
  if (!mayRead(caller, file)) throw notFound()
  assertNotDeleted(ports, file)
  return file
}

/**
 * Finds the record of a file whose bytes may be served. Throws `not-scanned`, `infected`, `unscannable`, `gone` or
 * `content-missing`.
 */
export async function readyFile(
  ports: Pick<Ports, 'catalog' | 'limits'>,
  caller: Caller,
  name: FileName,
): Promise<ReadyFile> {
  const file = await scannedFile(ports, caller, name)
  if (file.missingSince !== undefined) throw contentMissing(file, file.missingSince)
  return file
}

/** Does the same as `readyFile`, but accepts a file whose bytes are marked as missing. */
async function scannedFile(
  ports: Pick<Ports, 'catalog' | 'limits'>,
  caller: Caller,
  name: FileName,
): Promise<ReadyFile> {
  const file = await readFile(ports, caller, name)
  if (file.state !== 'ready') throw notServed(file)
  return file
}

export interface Content {
  file: ReadyFile
  /** Opens the bytes of the scanned generation, or an inclusive range of them. */
  open: (range?: ByteRange) => Promise<Readable>
  /** Reads an inclusive range of at most `maxBytesAtOnce` bytes into memory. */
  bytes: (range: ByteRange) => Promise<Buffer>
  /** Opens the bytes for reads into the caller's memory. Undefined if they are missing, or are not a local file. */
  openFile: () => Promise<BlobFile | undefined>
}

/** Returns a reader of a ready file's bytes, at exactly the scanned generation: other bytes are never served. */
export async function readContent(
  ports: Pick<Ports, 'catalog' | 'blobs' | 'limits'>,
  caller: Caller,
  name: FileName,
): Promise<Content> {
  return openContent(ports, caller, await scannedFile(ports, caller, name))
}

/** Does the same for a record that the catalog has just returned. */
export async function openContent(
  ports: Pick<Ports, 'catalog' | 'blobs' | 'limits'>,
  caller: Caller,
  file: ReadyFile,
): Promise<Content> {
  // The mark can be stale: it may date from an outage of the store, and the sweep removes it up to a week later.
  if (file.missingSince !== undefined && !(await isStored(ports, file))) {
    throw contentMissing(file, file.missingSince)
  }
  const present = async <Body>(body: Body | undefined): Promise<Body> => {
    if (body !== undefined) return body
    // Throws `gone` if the file was purged after its record was read. Otherwise the store has lost bytes.
    await readyFile(ports, caller, { id: file.id })
    throw new Error(
      `The blob of file ${file.id} is missing at ${file.storagePath}#${file.generation}`,
    )
  }
  return {
    file,
    open: async (range) => present(await ports.blobs.read(file, range)),
    bytes: async (range) => present(await ports.blobs.readBytes(file, range)),
    openFile: () => ports.blobs.openFile(file),
  }
}

async function isStored({ blobs }: Pick<Ports, 'blobs'>, file: ReadyFile): Promise<boolean> {
  return (await blobs.stat(file.storagePath))?.generation === file.generation
}

/** Throws `gone` with the end of the retention if the file is in the trash. */
export function assertNotDeleted({ limits }: Pick<Ports, 'limits'>, file: FileRecord): void {
  if (!file.isDeleted || file.supersededBy !== null || file.deletedAt === null) return
  const until = new Date(Date.parse(file.deletedAt) + limits.trashRetentionDays * 86_400_000)
  throw new WorkspaceError(
    'gone',
    `This file is in the trash. Until ${until.toISOString()} it can be brought back with POST /api/workspace/files/${file.id}/restore.`,
    { file },
  )
}

/** Returns the error for reading a file that is not ready. */
export function notServed(file: Exclude<FileRecord, ReadyFile>): WorkspaceError {
  switch (file.state) {
    case 'pending':
      return new WorkspaceError(
        'not-scanned',
        'This file has not been scanned yet. Try again in a moment, or wait with GET /api/workspace/files/{id} and "Prefer: wait=30".',
        { file, retryAfterSeconds: 1 },
      )
    case 'infected':
      return new WorkspaceError(
        'infected',
        `This file is infected (${file.scan.threat}) and is not served. Delete it.`,
        { file },
      )
    case 'unscannable':
      return new WorkspaceError(
        'unscannable',
        `This file could not be scanned (${file.scan.reason}) and is not served: ${explainUnscannable(file.scan.reason)}`,
        { file },
      )
  }
}

function contentMissing(file: ReadyFile, since: string): WorkspaceError {
  return new WorkspaceError(
    'content-missing',
    `The stored bytes of this file have been missing since ${since}; the operator has been told. Upload it again, or delete it.`,
    { file },
  )
}

async function get(catalog: Ports['catalog'], caller: Caller, idText: string) {
  const id = parseFileId(idText)
  return id && (await catalog.get(caller.workspaceId, id))
}
