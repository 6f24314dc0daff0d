import type { FileRecord, ReadyFile } from '../../model/file.ts'
import type { FileId, WorkspacePath } from '../../model/ids.ts'
import type { Attempt } from './transaction/attempt.ts'
import { decodeFields, withoutMetadata } from './documents.ts'
import { pathId } from './keys.ts'
import type { DocumentReference } from './rest/reference.ts'

/** The document of a path, which serializes changes of the path. It exists only while the path is taken. */
export interface PathClaims {
  /** The owner's record, as of when it became the owner, without metadata. */
  owner: ReadyFile | undefined
  /** The pending files of the path. */
  pending: FileId[]
}

interface PathFields {
  path: WorkspacePath
  owner: object | null
  pending: FileId[]
}

/** The claims that one transaction has read or changed. */
export class Claims {
  readonly #read: Map<WorkspacePath, PathClaims>
  readonly #changed: Set<WorkspacePath>

  constructor(from?: Claims) {
    this.#read = new Map(from ? from.#read : [])
    this.#changed = new Set(from ? from.#changed : [])
  }

  get(path: WorkspacePath): PathClaims | undefined {
    return this.#read.get(path)
  }

  /** Decodes the claims in a document of a path, or in a copy of it. */
  keep(path: WorkspacePath, fields: Record<string, unknown> | undefined): PathClaims {
    const owner: unknown = fields?.['owner'] ?? undefined
    const claims = {
      owner: owner === undefined ? owner : decodeOwner(owner),
      pending: (fields?.['pending'] ?? []) as FileId[],
    }
    this.#read.set(path, claims)
    return claims
  }

  /** The claims to write to a document of a path, or to a copy of it. */
  fields(path: WorkspacePath): PathFields {
    const { owner, pending } = this.#known(path)
    return { path, owner: owner ? withoutMetadata(owner) : null, pending }
  }

  /** Moves a file's claim to its new path. The claims of both paths must have been read. */
  move(before: FileRecord | undefined, after: FileRecord | undefined): void {
    const [left, taken] = [kindOf(before), kindOf(after)]
    if (left === taken && before?.path === after?.path) return
    if (before && left) this.#change(before.path, (claims) => without(claims, before))
    if (after && taken) this.#change(after.path, (claims) => within(claims, after))
  }

  flush(attempt: Attempt, workspace: DocumentReference): void {
    for (const path of this.#changed) {
      const ref = claimsOf(workspace, path)
      if (isTaken(this.#known(path))) attempt.write(ref, { ...this.fields(path) })
      else attempt.delete(ref)
    }
  }

  #change(path: WorkspacePath, change: (claims: PathClaims) => PathClaims): void {
    this.#read.set(path, change(this.#known(path)))
    this.#changed.add(path)
  }

  #known(path: WorkspacePath): PathClaims {
    const claims = this.#read.get(path)
    if (claims) return claims
    throw new Error(`The claims of ${path} must be read before they change.`)
  }
}

export function claimsOf(workspace: DocumentReference, path: WorkspacePath): DocumentReference {
  return workspace.collection('paths').doc(pathId(path))
}

export function isTaken({ owner, pending }: PathClaims): boolean {
  return owner !== undefined || pending.length > 0
}

function kindOf(file: FileRecord | undefined): 'owner' | 'pending' | undefined {
  if (file?.state === 'pending') return 'pending'
  return file?.state === 'ready' && !file.isDeleted ? 'owner' : undefined
}

function without({ owner, pending }: PathClaims, file: FileRecord): PathClaims {
  return {
    owner: owner?.id === file.id ? undefined : owner,
    pending: pending.filter((id) => id !== file.id),
  }
}

function within(claims: PathClaims, file: FileRecord): PathClaims {
  if (file.state === 'ready') return { ...claims, owner: file }
  return { ...claims, pending: [...claims.pending, file.id] }
}

function decodeOwner(record: unknown): ReadyFile {
  const file = decodeFields(record, {})
  if (file.state === 'ready') return file
  throw new Error(`The owner of the path ${file.path} is not ready: ${file.id}`)
}
