import type { FileRecord, InfectedFile, ReadyFile } from '../../model/file.ts'
import type { FileId } from '../../model/ids.ts'
import type { RescanOutcome } from '../../model/verdict.ts'
import type { OutdatedQuery, RejectedFile, RejectedQuery } from '../../ports/maintenance.ts'
import { rescanned } from '../../model/transitions.ts'
import { decodeFile, filesCollection } from './documents.ts'
import { rejectedKey, rejectedKind, signaturesKey } from './keys.ts'
import type { Firestore } from './rest/firestore.ts'
import type { WorkspaceTransaction } from './transaction/workspace-transaction.ts'

/**
 * Writes the verdict of a rescan. Does not update the copy of the owner in the path's document, which saves a read and a write
 * for each file. A file that is displaced later therefore counts as scanned with the earlier signatures.
 */
export async function applyRescan(
  transaction: WorkspaceTransaction,
  id: FileId,
  { generation, scan }: RescanOutcome,
): Promise<ReadyFile | InfectedFile | undefined> {
  const file = await transaction.readFile(id)
  if (file?.state !== 'ready' || file.generation !== generation) return undefined
  const after = rescanned(file, scan, transaction.now)
  if (after === undefined) return undefined
  if (after.state !== 'ready' && !file.isDeleted) await transaction.readClaims(file.path)
  transaction.replace(file, after)
  return after
}

export async function listOutdated(
  firestore: Firestore,
  { signaturesBefore, limit, after }: OutdatedQuery,
): Promise<ReadyFile[]> {
  const docs = await firestore
    .collectionGroup(filesCollection)
    // Keys of the instant itself are longer than its text, so they sort after it.
    .where('signatures', '<', (after && signaturesKey(after)) ?? signaturesBefore.toISOString())
    .orderBy('signatures', 'desc')
    .limit(limit)
    .get()
  return docs.flatMap((snapshot) => readyFile(decodeFile(snapshot)) ?? [])
}

export async function listRejected(
  firestore: Firestore,
  { before, limit, after }: RejectedQuery,
): Promise<RejectedFile[]> {
  const docs = await firestore
    .collectionGroup(filesCollection)
    .where('sweep', '>', after ? rejectedKey(after) : `${rejectedKind}|`)
    .where('sweep', '<', `${rejectedKind}|${before.toISOString()}`)
    .orderBy('sweep')
    .limit(limit)
    .get()
  return docs.flatMap((snapshot) => rejectedFile(decodeFile(snapshot)) ?? [])
}

function readyFile(file: FileRecord | undefined): ReadyFile | undefined {
  return file?.state === 'ready' ? file : undefined
}

function rejectedFile(file: FileRecord | undefined): RejectedFile | undefined {
  return file?.state === 'infected' || file?.state === 'unscannable' ? file : undefined
}
