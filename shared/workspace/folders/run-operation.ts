import { setImmediate } from 'node:timers/promises'
import type { FolderOperation } from '../../model/folders/operation.ts'
import type { Total } from '../../model/listing.ts'
import type { FolderStep } from '../../ports/folders.ts'
import type { Ports } from '../../ports/ports.ts'
import { deleteBytes } from '../delete-bytes.ts'
import { trimTrash } from '../trim.ts'

export type OperationPorts = Pick<Ports, 'folders' | 'catalog' | 'blobs'>

/** Takes steps of an operation until it has ended or `isOver`. Safe to run concurrently. Lets other requests run in between. */
export async function runOperation(
  ports: OperationPorts,
  operation: FolderOperation,
  isOver: () => boolean = () => false,
): Promise<FolderOperation> {
  let current = operation
  while (current.state === 'running' && !isOver()) {
    const { workspaceId, id, totalCount } = current
    const total = totalCount === undefined ? await countFiles(ports, current) : undefined
    const step = await ports.folders.advance(workspaceId, id, total)
    if (!step) return current
    current = await cleanUp(ports, step)
    await setImmediate()
  }
  return current
}

/** Deletes the bytes that a step released, and trims the trash that it filled. */
export async function cleanUp(
  ports: OperationPorts,
  { operation, purged }: FolderStep,
): Promise<FolderOperation> {
  await deleteBytes(ports, purged)
  if (operation.kind === 'delete') await trimTrash(ports, operation.workspaceId)
  return operation
}

/** The number of the operation's files: those that its first step has changed, and the rest. */
async function countFiles({ catalog }: OperationPorts, operation: FolderOperation): Promise<Total> {
  const { workspaceId, folder, kind, changedCount } = operation
  const { total } = await catalog.list({
    workspaceId,
    prefix: folder,
    deleted: kind === 'restore',
    sort: 'path',
    descending: false,
    limit: 1,
    total: true,
  })
  return { files: (total?.files ?? 0) + changedCount, isMinimum: total?.isMinimum ?? false }
}
