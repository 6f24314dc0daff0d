import type { BlobStore } from '../../shared/ports/blob-store.ts'
import type { FullCatalog } from '../../shared/ports/ports.ts'
import type { Quarantine } from '../../shared/ports/quarantine.ts'
import type { CloudFunction } from './functions.ts'

const begin = 'datastore.databases.get'
const get = 'datastore.entities.get'
const list = 'datastore.entities.list'
const create = 'datastore.entities.create'
const update = 'datastore.entities.update'
const remove = 'datastore.entities.delete'

const query = [get, list]
/** A transaction that writes documents without a precondition, which counts as create and update. */
const change = [begin, get, create, update]
/** One that may also look for the oldest files of the trash, and delete them. */
const changeWithRoom = [...change, list, remove]

/**
 * What Firestore asks for each operation of the catalog
 * (https://cloud.google.com/firestore/docs/security/iam, "Required permissions").
 */
export const catalogPermissions = {
  reserve: change,
  noteProgress: change,
  settle: changeWithRoom,
  awaitSettled: query,
  refusal: [get],
  update: [...change, remove],
  remove: changeWithRoom,
  removeSession: changeWithRoom,
  restore: change,
  purge: [...change, remove],
  expire: [...change, remove],
  get: [get],
  getByPath: query,
  list: query,
  usage: [get],
  setQuota: [create, update],
  applyRescan: [...change, remove],
  listPending: query,
  countPending: query,
  listTrash: query,
  listRejected: query,
  listOutdated: query,
  listWorkspaces: query,
  isKnown: [get],
  // What it reads it reads in a transaction, and then corrects a document that is there.
  recount: [begin, ...query, create, update],
  trimTrash: changeWithRoom,
  markMissing: change,
  sweepProgress: [get],
  saveSweepProgress: [create, update],
  check: [get],
} satisfies Record<keyof FullCatalog, string[]>

const objectGet = 'storage.objects.get'
const objectList = 'storage.objects.list'
const objectCreate = 'storage.objects.create'
const objectDelete = 'storage.objects.delete'

/** Without the right to list, Cloud Storage answers 403 rather than 404 for an object that is not there. */
const find = [objectGet, objectList]

/** What Cloud Storage asks for each operation of the blob store; a session's own URL is the permission to use it. */
export const blobPermissions = {
  locate: [],
  write: [objectCreate, objectDelete, ...find],
  read: find,
  stat: find,
  remove: [objectDelete, objectList],
  copy: [objectCreate, ...find],
  openUpload: [objectCreate],
  cancelUpload: [],
  // Whoever follows the URL reads in the signer's name.
  signUrl: [objectGet],
  list: [objectList],
  check: find,
  readDerived: find,
  // A cache that is behind its source is taken away again.
  writeDerived: [objectCreate, objectDelete, ...find],
} satisfies Record<keyof BlobStore, string[]>

/** What it takes to keep infected bytes: of the bucket that they are in, and of the one that they go to. */
export const quarantinePermissions = {
  keep: { from: find, to: [objectCreate, ...find] },
  removeExpired: { from: [], to: [objectDelete, objectList] },
} satisfies Record<Exclude<keyof Quarantine, 'takesUploads'>, { from: string[]; to: string[] }>

/** What a function needs of the database, of the two buckets, and whether it signs in its own name. */
export interface Needs {
  database: string[]
  bucket: string[]
  quarantine: string[]
  signs: boolean
}

export function needsOf({
  catalog,
  blobs,
  quarantine,
}: Pick<CloudFunction, 'catalog' | 'blobs' | 'quarantine'>): Needs {
  const kept = quarantine.map((operation) => granted(quarantinePermissions, operation))
  return {
    database: union(catalog.map((operation) => granted(catalogPermissions, operation))),
    bucket: union([
      ...blobs.map((operation) => granted(blobPermissions, operation)),
      ...kept.map(({ from }) => from),
    ]),
    quarantine: union(kept.map(({ to }) => to)),
    signs: blobs.includes('signUrl'),
  }
}

function granted<Permissions>(table: Record<string, Permissions>, operation: string): Permissions {
  const permissions = table[operation]
  if (!permissions) throw new Error(`infra/program/permissions.ts says nothing of "${operation}"`)
  return permissions
}

export function union(lists: string[][]): string[] {
  return [...new Set(lists.flat())].sort()
}
