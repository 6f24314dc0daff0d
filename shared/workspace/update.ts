import { assertWritable, type Caller } from '../model/access.ts'
import { WorkspaceError } from '../model/errors.ts'
import type { OnConflict } from '../model/conflict/on-conflict.ts'
import type { FileRecord, Metadata, Origin } from '../model/file.ts'
import { nameOf, withName } from '../model/path.ts'
import type { WorkspacePath } from '../model/ids.ts'
import type { Destination } from '../ports/catalog.ts'
import type { Ports } from '../ports/ports.ts'
import { assertMatches, type IfMatch } from '../model/precondition.ts'
import { assertNotDeleted, findFile, readFile, readyFile } from './read.ts'
import { settleRefusal } from './upload/refusal.ts'
import { releaseReservation, reserveFile } from './upload/reserve.ts'
import { deletePurged, trimTrash } from './trim.ts'

export interface Changes {
  /** A new name in the same folder. Cannot be combined with `path`. */
  name?: string
  path?: WorkspacePath
  /** What happens at a taken path. Default: `fail`. */
  onConflict?: OnConflict | undefined
  /** Replaces all metadata. */
  metadata?: Metadata
  ifMatch?: IfMatch | undefined
}

/** Renames or moves a file, or replaces its metadata, in one catalog write. Copies no bytes. Throws `path-taken`. */
export async function update(
  ports: Pick<Ports, 'catalog' | 'blobs' | 'limits'>,
  caller: Caller,
  id: string,
  changes: Changes,
): Promise<FileRecord> {
  const file = await findFile(ports, caller, { id })
  assertWritable(caller, file.path)
  assertNotDeleted(ports, file)
  assertMatches(file, changes.ifMatch)
  const path = changes.name === undefined ? changes.path : withName(file.path, changes.name)
  if (path !== undefined) assertWritable(caller, path)
  if (file.supersededBy !== null && path !== undefined) throw inTrash(file)
  const updated = await ports.catalog.update(caller.workspaceId, file.id, {
    ...(path !== undefined && { path, onConflict: changes.onConflict }),
    ...(changes.metadata && { metadata: changes.metadata }),
  })
  if (changes.onConflict === 'replace') await trimTrash(ports, caller.workspaceId)
  // Undefined if the file was deleted concurrently. Reading it again throws the reason.
  if (updated) return updated
  await readFile(ports, caller, { id })
  throw inTrash(file)
}

/** Copies a ready file to another path inside the store. Copies the verdict too, so the copy is ready. */
export async function copy(
  ports: Pick<Ports, 'catalog' | 'blobs' | 'now' | 'newId' | 'limits'>,
  caller: Caller,
  request: {
    id: string
    path: WorkspacePath
    onConflict: OnConflict
    /** Defaults to the metadata of the source, like `origin` and `modifiedAt`. */
    metadata?: Metadata
    modifiedAt?: string
    origin?: Origin
  },
): Promise<FileRecord> {
  const { catalog, blobs } = ports
  const source = await readyFile(ports, caller, { id: request.id })
  const id = ports.newId()
  const storagePath = blobs.locate(caller.workspaceId, id, nameOf(request.path))
  const modifiedAt = request.modifiedAt ?? source.modifiedAt
  const file = await reserveFile(ports, caller, {
    id,
    storagePath,
    maxBytes: source.sizeBytes,
    target: {
      path: request.path,
      onConflict: request.onConflict,
      mimeType: source.mimeType,
      metadata: request.metadata ?? source.metadata,
      origin: request.origin ?? source.origin,
      ...(modifiedAt !== undefined && { modifiedAt }),
    },
  })
  const blob = await blobs.copy(source, storagePath).catch(async (error: unknown) => {
    await releaseReservation(ports, file)
    // The source may have been purged. Reading it again throws the reason.
    await readyFile(ports, caller, { id: source.id })
    throw error
  })
  const { sizeBytes, checksum, mimeType, charset, scan } = source
  const result = await catalog.settle(file, {
    generation: blob.generation,
    sizeBytes,
    checksum,
    mimeType,
    ...(charset && { charset }),
    scan,
  })
  if (!result.file) await blobs.remove(blob)
  await deletePurged(ports, file.workspaceId, result.purged)
  if (!result.file || result.refusal) {
    throw settleRefusal({ code: result.refusal ?? 'gone' }, result.file)
  }
  return result.file
}

/** Restores a file from the trash, to its old path or to another. Throws `path-taken` or `quota-exceeded`. */
export async function restore(
  ports: Pick<Ports, 'catalog' | 'blobs'>,
  caller: Caller,
  id: string,
  to: Destination = {},
): Promise<FileRecord> {
  const file = await findFile(ports, caller, { id })
  assertWritable(caller, file.path)
  if (to.path !== undefined) assertWritable(caller, to.path)
  const restored = await ports.catalog.restore(caller.workspaceId, file.id, to)
  if (to.onConflict === 'replace') await trimTrash(ports, caller.workspaceId)
  return restored ?? findFile(ports, caller, { id })
}

function inTrash(file: FileRecord): WorkspaceError {
  return new WorkspaceError(
    'gone',
    `This version has been replaced and is in the trash. Bring it back under another path with POST /api/workspace/files/${file.id}/restore and {"path": "…"}, then change it.`,
    { file },
  )
}
