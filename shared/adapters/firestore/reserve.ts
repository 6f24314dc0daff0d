import { searchFreePath } from '../../model/conflict/numbered-path.ts'
import type { PendingFile } from '../../model/file.ts'
import type { WorkspacePath } from '../../model/ids.ts'
import { type ReserveRequest, reservation } from '../../model/reservation.ts'
import { claimsOf, isTaken } from './claims.ts'
import { filesOf } from './documents.ts'
import type { DocumentReference } from './rest/reference.ts'
import type { Change } from './transaction/change-group.ts'
import { idTaken, type WorkspaceTransaction } from './transaction/workspace-transaction.ts'

/** Writes a pending file. */
export function reserveFile(
  workspace: DocumentReference,
  request: ReserveRequest,
): Required<Change<PendingFile>> {
  const { id, path } = request
  const fileRef = filesOf(workspace).doc(id)
  return {
    reads: (failure) => [
      workspace,
      claimsOf(workspace, path),
      ...(failure === undefined ? [] : [fileRef]),
    ],
    run: async (transaction, { failure }) => {
      // A commit that failed because a document exists is attempted again, unless this file exists.
      if (failure !== undefined && (await transaction.readFile(id))) throw idTaken(id)
      return reserve(transaction, request)
    },
  }
}

async function reserve(
  transaction: WorkspaceTransaction,
  request: ReserveRequest,
): Promise<PendingFile> {
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
