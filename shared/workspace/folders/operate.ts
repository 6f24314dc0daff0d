import { assertWritable, notFound, type Caller } from '../../model/access.ts'
import { invalid } from '../../model/errors.ts'
import type { FolderOperation, OperationRequest } from '../../model/folders/operation.ts'
import { parseFileId } from '../../model/path.ts'
import type { WorkspacePath } from '../../model/ids.ts'
import type { Ports } from '../../ports/ports.ts'
import { cleanUp, runOperation, type OperationPorts } from './run-operation.ts'

const dayMs = 24 * 3600 * 1000

export type FolderPorts = OperationPorts & Pick<Ports, 'now' | 'newId'>

/** How long a request takes steps before it answers with a running operation. */
export interface OperationWait {
  seconds: number
  signal?: AbortSignal
}

export type FolderTarget =
  | { kind: 'move'; folder: string; to: string }
  | { kind: 'delete' | 'restore'; folder: string }
  /** Takes exactly the files of a deletion out of the trash. */
  | { kind: 'restore'; undoes: string }

/**
 * Starts an operation on the files of a folder, and takes steps until it has ended or the time is over. Throws `not-found` for
 * the move of a folder without files, and for an unknown deletion.
 */
export async function operateOnFolder(
  ports: FolderPorts,
  caller: Caller,
  target: FolderTarget,
  wait: OperationWait,
): Promise<FolderOperation> {
  const { workspaceId } = caller
  const expiresAt = new Date(ports.now().getTime() + dayMs)
  const common = { id: ports.newId(), workspaceId, expiresAt }
  const request = await permitted(ports, caller, { ...common, ...target })
  const isOver = deadline(ports, wait)
  const step = await ports.folders.start(request)
  return runOperation(ports, await cleanUp(ports, step), isOver)
}

/** Finds an operation. Takes its steps for the time of `wait`, because no other process may be doing so. Throws `not-found`. */
export async function awaitOperation(
  ports: OperationPorts & Pick<Ports, 'now'>,
  caller: Caller,
  id: string,
  wait: OperationWait,
): Promise<FolderOperation> {
  const operation = await findOperation(ports, caller, id)
  return runOperation(ports, operation, deadline(ports, wait))
}

async function findOperation(
  { folders }: Pick<Ports, 'folders'>,
  caller: Caller,
  given: string,
): Promise<FolderOperation> {
  const id = parseFileId(given)
  const operation = id && (await folders.get(caller.workspaceId, id))
  if (!operation || !mayChange(caller, operation.folder)) throw notFound('operation')
  return operation
}

/** Throws unless the caller may change the folders of the request. */
async function permitted(
  ports: FolderPorts,
  caller: Caller,
  request: OperationRequest,
): Promise<OperationRequest> {
  if ('undoes' in request) {
    const { id } = await findOperation(ports, caller, request.undoes)
    return { ...request, undoes: id }
  }
  assertWritable(caller, fileIn(request.folder))
  if (request.kind !== 'move') return request
  assertWritable(caller, fileIn(request.to))
  if (request.to.startsWith(request.folder)) {
    throw invalid('to', 'must be outside the folder that is moved')
  }
  return request
}

function mayChange(caller: Caller, folder: string): boolean {
  try {
    assertWritable(caller, fileIn(folder))
    return true
  } catch {
    return false
  }
}

/** A path in the folder, by which its session is found. */
function fileIn(folder: string): WorkspacePath {
  return `${folder}-` as WorkspacePath
}

function deadline({ now }: Pick<Ports, 'now'>, { seconds, signal }: OperationWait): () => boolean {
  const endsAt = now().getTime() + seconds * 1000
  return () => signal?.aborted === true || now().getTime() >= endsAt
}
