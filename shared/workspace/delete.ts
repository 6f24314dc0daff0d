import { setImmediate } from 'node:timers/promises'
import { assertWritable, notFound, type Caller } from '../model/access.ts'
import { deleteBytes } from './delete-bytes.ts'
import { WorkspaceError } from '../model/errors.ts'
import type { FileRecord } from '../model/file.ts'
import { parseFileId } from '../model/path.ts'
import type { SessionId } from '../model/ids.ts'
import { maxRemovedAtOnce } from '../ports/catalog.ts'
import type { Ports } from '../ports/ports.ts'
import { assertMatches, type IfMatch } from '../model/precondition.ts'
import type { FileName } from './read.ts'
import { trimTrash, deletePurged } from './trim.ts'

type DeletePorts = Pick<Ports, 'catalog' | 'blobs'>

/**
 * Moves a file to the trash, or with `purge` deletes its record and bytes. Cancels a pending upload. Deleting a file twice
 * is no error until it is purged. Throws `not-found`.
 */
export async function remove(
  ports: DeletePorts,
  caller: Caller,
  name: FileName,
  { purge = false, ifMatch }: { purge?: boolean; ifMatch?: IfMatch | undefined } = {},
): Promise<void> {
  const file = await find(ports, caller, name)
  if (!file) return
  assertWritable(caller, file.path)
  assertMatches(file, ifMatch)
  if (purge) await deleteBytes(ports, [await ports.catalog.purge(file.workspaceId, file.id)])
  else await removeOne(ports, file)
}

/**
 * Deletes the files of one session in batches. A session without files is no error. Resolves to true if all files are deleted,
 * to false if `budgetMs` has passed and the next call must delete the rest.
 */
export async function removeSession(
  ports: DeletePorts & Pick<Ports, 'now'>,
  caller: Caller,
  session: SessionId,
  { purge = false, budgetMs = Infinity }: { purge?: boolean; budgetMs?: number } = {},
): Promise<boolean> {
  if (caller.session !== undefined && caller.session !== session) {
    throw new WorkspaceError(
      'forbidden',
      `This token is bound to the session "${caller.session}" and cannot delete another.`,
    )
  }
  const { catalog, now } = ports
  const { workspaceId } = caller
  const deadline = now().getTime() + budgetMs
  for (;;) {
    const removal = await catalog.removeSession(workspaceId, session, { purge })
    await deleteBytes(ports, removal.purged)
    if (!purge) await trimTrash(ports, workspaceId)
    if (removal.removedCount < maxRemovedAtOnce) return true
    if (now().getTime() >= deadline) return false
    // Lets other requests run, because the SQLite catalog is synchronous.
    await setImmediate()
  }
}

async function removeOne(ports: DeletePorts, file: FileRecord): Promise<void> {
  const removal = await ports.catalog.remove(file.workspaceId, file.id)
  if (!removal) return
  const cancelled = removal.file.state === 'pending' ? [removal.file] : []
  await deleteBytes(ports, cancelled)
  await deletePurged(ports, file.workspaceId, removal.purged)
}

/** Resolves to undefined for an upload that is already cancelled. Throws `not-found`. */
async function find({ catalog }: DeletePorts, caller: Caller, name: FileName) {
  if ('path' in name) {
    assertWritable(caller, name.path)
    return (await catalog.getByPath(caller.workspaceId, name.path)) ?? raise()
  }
  const id = parseFileId(name.id) ?? raise()
  const file = await catalog.get(caller.workspaceId, id)
  if (file) return file
  const cancelled = (await catalog.refusal(caller.workspaceId, id))?.code === 'gone'
  return cancelled ? undefined : raise()
}

function raise(): never {
  throw notFound()
}
