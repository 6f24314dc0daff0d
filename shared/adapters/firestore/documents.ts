import { fileRecordSchema, type FileRecord } from '../../model/file.ts'
import type { FileId } from '../../model/ids.ts'
import {
  type Counters,
  type Allowance,
  type Usage,
  counterNames,
  noCounters,
} from '../../model/usage.ts'
import { encodeWorkspaceId } from '../../model/storage-path.ts'
import { keysOf } from './keys.ts'
import type { Firestore } from './rest/firestore.ts'
import type { CollectionReference, DocumentReference } from './rest/reference.ts'
import type { DocumentSnapshot } from './rest/snapshot.ts'

/** Sweeps query the collections of this name in all workspaces (collection group). */
export const filesCollection = 'files'

export const workspacesCollection = 'workspaces'

export function workspaceOf(firestore: Firestore, workspaceId: string): DocumentReference {
  return firestore.collection(workspacesCollection).doc(encodeWorkspaceId(workspaceId))
}

export function filesOf(workspace: DocumentReference): CollectionReference {
  return workspace.collection(filesCollection)
}

export function refusalOf(workspace: DocumentReference, id: FileId): DocumentReference {
  return workspace.collection('refusals').doc(id)
}

/** The fields of a file's document except its metadata, which is written only when it changes. */
export function fileFields(file: FileRecord): object {
  return { record: withoutMetadata(file), ...keysOf(file) }
}

/** As JSON text, because metadata may contain nested arrays and field names that Firestore rejects. */
export function metadataFields({ metadata }: FileRecord): object {
  return { metadata: JSON.stringify(metadata) }
}

/** Takes snapshots of the official client too. */
export function decodeFile(
  snapshot: Pick<DocumentSnapshot, 'exists' | 'get'>,
): FileRecord | undefined {
  if (!snapshot.exists) return undefined
  return decodeFields(snapshot.get('record'), JSON.parse(String(snapshot.get('metadata'))))
}

/** Does not validate metadata: `metadataFields` wrote it, and checking each of its values would double the time of a listing. */
export function decodeFields(record: unknown, metadata: unknown): FileRecord {
  const file = fileRecordSchema.parse({ ...(record as object), metadata: {} })
  return { ...file, metadata: metadata as FileRecord['metadata'] }
}

/** Documents of earlier versions lack the counters of records until the next recount. */
export function decodeUsage(
  snapshot: DocumentSnapshot,
  { quotaBytes, recordLimits }: Allowance,
): Usage {
  return {
    ...decodeCounters(snapshot),
    ...recordLimits,
    quotaBytes: Number(snapshot.get('quotaBytes') ?? quotaBytes),
  }
}

export function decodeCounters(snapshot: DocumentSnapshot): Counters {
  const counters = { ...noCounters }
  for (const name of counterNames) counters[name] = Number(snapshot.get(name) ?? 0)
  return counters
}

export function withoutMetadata(file: FileRecord): object {
  const { metadata: _, ...record } = file
  return record
}
