import { notFound } from '../../../model/access.ts'
import type { FileRecord } from '../../../model/file.ts'
import type { WorkspacePath } from '../../../model/ids.ts'
import {
  maxFilesPerStep,
  maxRunningOperations,
  newOperation,
  stoppedOperation,
  tooManyOperations,
  type FolderOperation,
  type OperationRequest,
} from '../../../model/folders/operation.ts'
import {
  advanced,
  folderChange,
  targetOf,
  withTotal,
  type FolderChange,
} from '../../../model/folders/step.ts'
import type { Total } from '../../../model/listing.ts'
import type { FolderStep } from '../../../ports/folders.ts'
import { isTaken } from '../claims.ts'
import { deleteRecord } from '../changes.ts'
import type { WorkspaceTransaction } from '../transaction/workspace-transaction.ts'

/** Stores an operation and takes its first step. */
export async function startOperation(
  transaction: WorkspaceTransaction,
  request: OperationRequest,
): Promise<FolderStep> {
  await transaction.open()
  const undone = 'undoes' in request ? await endUndone(transaction, request.undoes) : undefined
  const { lastSequence, now } = transaction
  const operation = newOperation(request, { undone, lastSequence, now })
  const step = await takeStep(transaction, operation)
  const { kind, examinedCount, state } = step.operation
  if (kind === 'move' && examinedCount === 0) throw notFound('folder')
  const isLarge = state === 'running'
  if (isLarge && (await transaction.countRunning(maxRunningOperations)) >= maxRunningOperations) {
    throw tooManyOperations()
  }
  transaction.writeOperation(step.operation)
  return step
}

export async function advanceOperation(
  transaction: WorkspaceTransaction,
  id: string,
  total: Total | undefined,
): Promise<FolderStep | undefined> {
  const operation = await transaction.readOperation(id)
  if (operation?.state !== 'running') return operation && { operation, purged: [] }
  await transaction.open()
  const step = await takeStep(transaction, withTotal(operation, total))
  transaction.writeOperation(step.operation)
  return step
}

/** The deletion that a restoration undoes, ended. */
async function endUndone(transaction: WorkspaceTransaction, id: string): Promise<FolderOperation> {
  const undone = await transaction.readOperation(id)
  if (undone?.kind !== 'delete') throw notFound('deletion of a folder')
  if (undone.state === 'running') {
    transaction.writeOperation(stoppedOperation(undone, transaction.now))
  }
  return undone
}

async function takeStep(
  transaction: WorkspaceTransaction,
  operation: FolderOperation,
): Promise<FolderStep> {
  const { kind, folder, position } = operation
  const files = await transaction.readFolder(folder, {
    deleted: kind === 'restore',
    after: position,
    limit: maxFilesPerStep,
  })
  const covered = files.filter((file) => file.sequence <= operation.lastSequence)
  await transaction.readAllClaims(covered.flatMap((file) => claimedPaths(operation, file)))
  const needsNames = kind === 'restore' && operation.deletedAt === undefined
  const named = needsNames ? await transaction.readNamed(covered.map(({ path }) => path)) : []
  const changes = new Map<FileRecord, FolderChange>()
  for (const file of covered) {
    const target = targetOf(operation, file)
    const change = folderChange(operation, file, {
      isTaken: target !== undefined && isTaken(await transaction.readClaims(target)),
      isNamed: named.some(({ id }) => id === file.id),
      usage: kind === 'restore' ? transaction.usage : undefined,
      now: transaction.now,
    })
    changes.set(file, change)
    if (change && 'purges' in change) await deleteRecord(transaction, file)
    else if (change && 'after' in change) transaction.replace(file, change.after)
  }
  const isPurged = (file: FileRecord) => 'purges' in (changes.get(file) ?? {})
  return {
    operation: advanced(operation, files, { changes, now: transaction.now }),
    purged: files.filter(isPurged),
  }
}

/** The paths whose claims a change of the file reads or writes. */
function claimedPaths(operation: FolderOperation, file: FileRecord): WorkspacePath[] {
  const target = targetOf(operation, file)
  return [...(file.isDeleted ? [] : [file.path]), ...(target === undefined ? [] : [target])]
}
