import { setImmediate } from 'node:timers/promises'
import { deleteBytes } from './delete-bytes.ts'
import { WorkspaceError } from '../model/errors.ts'
import type { FileRecord } from '../model/file.ts'
import { maxPurgedAtOnce } from '../ports/catalog.ts'
import type { Ports } from '../ports/ports.ts'

/** Purges files beyond the size limit of the trash in bounded transactions. Lets other requests run in between. */
export async function* trimSteps(
  { catalog }: Pick<Ports, 'catalog'>,
  workspaceId: string,
): AsyncGenerator<FileRecord[]> {
  let purged
  do {
    purged = await catalog.trimTrash(workspaceId)
    if (purged.length > 0) yield purged
    await setImmediate()
  } while (purged.length >= maxPurgedAtOnce)
}

/** Trims the trash and deletes the bytes of the purged files. */
export async function trimTrash(
  ports: Pick<Ports, 'catalog' | 'blobs'>,
  workspaceId: string,
): Promise<void> {
  for await (const purged of trimSteps(ports, workspaceId)) await deleteIfAvailable(ports, purged)
}

/** Deletes the bytes of files that one change purged. Trims the rest if the change reached its purge limit. */
export async function deletePurged(
  ports: Pick<Ports, 'catalog' | 'blobs'>,
  workspaceId: string,
  purged: FileRecord[],
): Promise<void> {
  await deleteIfAvailable(ports, purged)
  if (purged.length >= maxPurgedAtOnce) await trimTrash(ports, workspaceId)
}

/** Deletes bytes. If the store is unavailable, leaves them to the sweep: the change is committed and must not be repeated. */
async function deleteIfAvailable(ports: Pick<Ports, 'blobs'>, purged: FileRecord[]): Promise<void> {
  await deleteBytes(ports, purged).catch((error: unknown) => {
    const isUnavailable = error instanceof WorkspaceError && error.code === 'store-unavailable'
    if (!isUnavailable) throw error
  })
}
