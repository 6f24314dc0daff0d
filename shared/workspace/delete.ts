import { assertWritable, notFound, type Caller } from './access.ts'
import { discard } from './discard.ts'
import { WorkspaceError } from './errors.ts'
import type { FileRecord } from './file.ts'
import { parseFileId, sessionFolder, type SessionId } from './path.ts'
import type { Ports } from './ports.ts'
import { assertMatches, type IfMatch } from './precondition.ts'
import type { FileName } from './read.ts'

const pageSize = 500

type DeletePorts = Pick<Ports, 'catalog' | 'blobs'>

/**
 * Moves a file to the trash, or with `purge` forgets it at once; cancels an upload that is on its way. Again is no
 * error, until the file is purged. Throws `not-found`.
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
  if (purge) await discard(ports, [await ports.catalog.purge(file.workspaceId, file.id)])
  else await removeOne(ports, file)
}

/** Deletes the files of one session and no other; a session without files is no error. */
export async function removeSession(
  ports: DeletePorts,
  caller: Caller,
  session: SessionId,
  { purge = false }: { purge?: boolean } = {},
): Promise<void> {
  if (caller.session !== undefined && caller.session !== session) {
    throw new WorkspaceError(
      'forbidden',
      `This token is bound to the session "${caller.session}" and cannot delete another.`,
    )
  }
  for await (const file of filesOf(ports, caller, session, false)) {
    await removeOne(ports, file, session)
  }
  if (!purge) return
  for await (const file of filesOf(ports, caller, session, true)) {
    // Only this very deletion: the file may have been restored since it was listed.
    const deletedBefore = new Date(Date.parse(file.deletedAt ?? '') + 1)
    await discard(ports, [await ports.catalog.purge(file.workspaceId, file.id, deletedBefore)])
  }
}

/** With a session, only if the file still lies in it: it may have been moved since it was listed. */
async function removeOne(ports: DeletePorts, file: FileRecord, session?: SessionId): Promise<void> {
  const removal = await ports.catalog.remove(file.workspaceId, file.id, session)
  if (!removal) return
  const cancelled = removal.file.state === 'pending' ? [removal.file] : []
  await discard(ports, [...cancelled, ...removal.purged])
}

/** Undefined for an upload that was cancelled before: deleting it again changes nothing. */
async function find({ catalog }: DeletePorts, caller: Caller, name: FileName) {
  if ('path' in name) {
    assertWritable(caller, name.path)
    return (await catalog.getByPath(caller.workspaceId, name.path)) ?? raise()
  }
  const id = parseFileId(name.id) ?? raise()
  const file = await catalog.get(caller.workspaceId, id)
  if (file) return file
  const cancelled = (await catalog.refusal(caller.workspaceId, id)) === 'gone'
  return cancelled ? undefined : raise()
}

async function* filesOf(
  { catalog }: DeletePorts,
  caller: Caller,
  sessionId: SessionId,
  deleted: boolean,
) {
  let after
  do {
    const page = await catalog.list({
      workspaceId: caller.workspaceId,
      prefix: sessionFolder(sessionId),
      sessionId,
      deleted,
      sort: 'created',
      descending: false,
      limit: pageSize,
      ...(after && { after }),
    })
    yield* page.files
    after = page.next
  } while (after)
}

function raise(): never {
  throw notFound()
}
