import type { FolderOperation } from '../model/folders/operation.ts'

/** An operation in the API: the record without the fields that are internal to the service. */
export function operationView(operation: FolderOperation) {
  const { workspaceId: _, lastSequence: __, position: ___, deletedAt: ____, ...view } = operation
  return view
}
