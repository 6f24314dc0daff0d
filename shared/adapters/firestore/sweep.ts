import type { FileRecord } from '../../model/file.ts'
import type { PendingCount, SweepQuery } from '../../ports/maintenance.ts'
import { decodeWorkspaceId, encodeWorkspaceId } from '../../model/storage-path.ts'
import { decodeFile, filesCollection, workspacesCollection } from './documents.ts'
import { pendingSweepKey, trashSweepKey } from './keys.ts'
import type { Firestore } from './rest/firestore.ts'
import { documentId } from './rest/query.ts'
import type { DocumentReference } from './rest/reference.ts'

export async function listPending(firestore: Firestore, query: SweepQuery): Promise<FileRecord[]> {
  return page(firestore, query, 'pending', query.after && pendingSweepKey(query.after))
}

/** Reads only the oldest file. Counts the files in the index, which costs one read for each thousand. */
export async function countPending(firestore: Firestore): Promise<PendingCount> {
  const pending = firestore
    .collectionGroup(filesCollection)
    .where('sweep', '>', 'pending|')
    .where('sweep', '<', 'pending~')
    .orderBy('sweep')
  const [counted, oldest] = await Promise.all([pending.count(), pending.limit(1).get()])
  const [file] = oldest.map((snapshot) => decodeFile(snapshot))
  return { files: counted, ...(file && { oldestCreatedAt: file.createdAt }) }
}

export async function listTrash(firestore: Firestore, query: SweepQuery): Promise<FileRecord[]> {
  return page(firestore, query, 'trash', query.after && trashSweepKey(query.after))
}

/** Excludes files of the instant `before` itself: their keys are longer than its text, so they sort after it. */
async function page(
  firestore: Firestore,
  { before, limit }: SweepQuery,
  kind: 'pending' | 'trash',
  after: string | null | undefined,
): Promise<FileRecord[]> {
  const docs = await firestore
    .collectionGroup(filesCollection)
    .where('sweep', '>', after ?? `${kind}|`)
    .where('sweep', '<', `${kind}|${before.toISOString()}`)
    .orderBy('sweep')
    .limit(limit)
    .get()
  return docs.flatMap((snapshot) => decodeFile(snapshot) ?? [])
}

/** Ordered by the encoded form of their ids. */
export async function listWorkspaces(
  firestore: Firestore,
  { limit, after }: { limit: number; after?: string },
): Promise<string[]> {
  const all = firestore.collection(workspacesCollection).orderBy(documentId)
  const rest = after === undefined ? all : all.startAfter(encodeWorkspaceId(after))
  const docs = await rest.limit(limit).select().get()
  return docs.flatMap(({ id }) => decodeWorkspaceId(id) ?? [])
}

/** One document for all sweeps. */
export function progressOf(firestore: Firestore): DocumentReference {
  return firestore.collection('sweeps').doc('progress')
}
