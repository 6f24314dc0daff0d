import type { Firestore } from '@google-cloud/firestore'
import type { FileRecord } from '../../workspace/file.ts'
import type { SweepQuery } from '../../workspace/ports.ts'
import { decodeFile, filesCollection } from './firestore-documents.ts'
import { pendingSweepKey, trashSweepKey } from './firestore-keys.ts'

export async function listPending(firestore: Firestore, query: SweepQuery): Promise<FileRecord[]> {
  return page(firestore, query, 'pending', query.after && pendingSweepKey(query.after))
}

export async function listTrash(firestore: Firestore, query: SweepQuery): Promise<FileRecord[]> {
  return page(firestore, query, 'trash', query.after && trashSweepKey(query.after))
}

/** Keys of the instant `before` are longer than it, and so behind it. */
async function page(
  firestore: Firestore,
  { before, limit }: SweepQuery,
  kind: 'pending' | 'trash',
  after: string | null | undefined,
): Promise<FileRecord[]> {
  const { docs } = await firestore
    .collectionGroup(filesCollection)
    .where('sweep', '>', after ?? `${kind}|`)
    .where('sweep', '<', `${kind}|${before.toISOString()}`)
    .orderBy('sweep')
    .limit(limit)
    .get()
  return docs.flatMap((snapshot) => decodeFile(snapshot) ?? [])
}
