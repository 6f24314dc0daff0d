import { searchFreePath } from '../../model/conflict/numbered-path.ts'
import type { PendingFile } from '../../model/file.ts'
import type { WorkspacePath } from '../../model/ids.ts'
import { type ReserveRequest, reservation } from '../../model/reservation.ts'
import { isTaken } from './claims.ts'
import type { WorkspaceTransaction } from './transaction/workspace-transaction.ts'

/**
 * Writes a pending file. `failure` is the error of an earlier attempt: a commit that failed because a document exists is
 * attempted again, unless this file exists.
 */
export async function reserveFile(
  transaction: WorkspaceTransaction,
  request: ReserveRequest,
  failure: unknown,
): Promise<PendingFile> {
  if (failure !== undefined && (await transaction.readFile(request.id))) throw failure
  await transaction.openPath(request.path)
  const path = await reservedPath(transaction, request)
  const claims = await transaction.readClaims(path)
  const facts = {
    owner: claims.owner,
    isTaken: isTaken(claims),
    usage: transaction.usage,
    sequence: transaction.nextSequence(),
    now: transaction.now,
  }
  const file = reservation({ ...request, path }, facts)
  transaction.add(file)
  return file
}

/** `searchFreePath` with lookups in documents, one after the other. */
export async function findFreePath(
  path: WorkspacePath,
  isTakenPath: (candidate: WorkspacePath) => Promise<boolean>,
): Promise<WorkspacePath> {
  const search = searchFreePath(path)
  let step = search.next()
  while (!step.done) step = search.next(await isTakenPath(step.value))
  return step.value
}

async function reservedPath(
  transaction: WorkspaceTransaction,
  { path, onConflict }: ReserveRequest,
): Promise<WorkspacePath> {
  if (onConflict !== 'rename') return path
  return findFreePath(path, async (candidate) => isTaken(await transaction.readClaims(candidate)))
}
