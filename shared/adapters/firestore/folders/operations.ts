import { folderOperationSchema, type FolderOperation } from '../../../model/folders/operation.ts'
import type { Firestore } from '../rest/firestore.ts'
import type { Query } from '../rest/query.ts'
import type { DocumentReference } from '../rest/reference.ts'
import type { DocumentSnapshot } from '../rest/snapshot.ts'

const collection = 'operations'

export function operationOf(workspace: DocumentReference, id: string): DocumentReference {
  return workspace.collection(collection).doc(id)
}

export function runningOf(workspace: DocumentReference): Query {
  return workspace.collection(collection).where('running', '>', '').orderBy('running')
}

/** `running` is the instant of the last step, or null for an operation that has ended. */
export function operationFields(operation: FolderOperation): Record<string, unknown> {
  const running = operation.state === 'running' ? operation.updatedAt : null
  return { operation, running, expiresAt: new Date(operation.expiresAt) }
}

export function decodeOperation(snapshot: DocumentSnapshot): FolderOperation | undefined {
  return snapshot.exists ? folderOperationSchema.parse(snapshot.get('operation')) : undefined
}

export async function listRunning(
  firestore: Firestore,
  { before, limit }: { before: Date; limit: number },
): Promise<FolderOperation[]> {
  const docs = await firestore
    .collectionGroup(collection)
    .where('running', '>', '')
    .where('running', '<', before.toISOString())
    .orderBy('running')
    .limit(limit)
    .get()
  return docs.flatMap((snapshot) => decodeOperation(snapshot) ?? [])
}
