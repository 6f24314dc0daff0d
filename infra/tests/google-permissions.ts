import type { BlobStore } from '../../shared/ports/blob-store.ts'
import type { Folders } from '../../shared/ports/folders.ts'
import type { Links } from '../../shared/ports/links.ts'
import type { FullCatalog } from '../../shared/ports/ports.ts'
import type { Quarantine } from '../../shared/ports/quarantine.ts'
import type { Runs } from '../../shared/ports/runs.ts'
import type { Shares } from '../../shared/ports/shares.ts'
import type { Trail } from '../../shared/ports/trail.ts'
import type { Permissions } from '../program/services/access.ts'
import type { Usage } from './usage.ts'

const begin = 'datastore.databases.get'
const get = 'datastore.entities.get'
const list = 'datastore.entities.list'
const create = 'datastore.entities.create'
const update = 'datastore.entities.update'
const remove = 'datastore.entities.delete'

const query = [get, list]
/** A transaction that writes documents without a precondition, which counts as create and update. */
const change = [begin, get, create, update]
/** A transaction that may also delete the oldest files of a full trash. */
const changeAndTrim = [...change, list, remove]

/**
 * Permissions that Firestore requires for each operation of the catalog
 * (https://cloud.google.com/firestore/docs/security/iam, "Required permissions").
 */
const catalog = {
  reserve: change,
  noteProgress: change,
  settle: changeAndTrim,
  awaitSettled: query,
  refusal: [get],
  update: [...change, remove],
  remove: changeAndTrim,
  removeSession: changeAndTrim,
  restore: change,
  restoreVersion: changeAndTrim,
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
  recount: [begin, ...query, create, update],
  trimTrash: changeAndTrim,
  markMissing: change,
  sweepProgress: [get],
  saveSweepProgress: [create, update],
  check: [get],
} satisfies Record<keyof FullCatalog, string[]>

/** The same for the folders of the catalog. */
const folders = {
  summarize: query,
  start: [...changeAndTrim],
  advance: [...changeAndTrim],
  get: [get],
  listRunning: query,
} satisfies Record<keyof Folders, string[]>

/** The same for links to archives. */
const links = {
  // A second attempt reads in a transaction.
  create: [begin, ...query, create, update],
  get: [get],
} satisfies Record<keyof Links, string[]>

/** The same for share links. */
const shares = {
  // Deletes shares that have ended.
  create: [...change, ...query, remove],
  get: [get],
  list: query,
  revoke: change,
  countDownloads: change,
} satisfies Record<keyof Shares, string[]>
/** The same for runs of blocks. */
const runs = {
  begin: change,
  append: change,
  renew: change,
  end: change,
  requestCancel: change,
  get: [get],
  list: query,
  listAbandoned: query,
} satisfies Record<keyof Runs, string[]>

/** The same for the events of workspaces. */
const trail = {
  latest: [get],
  page: [get],
  awaitPage: query,
  purgeExpired: [],
} satisfies Record<keyof Trail, string[]>

const objectGet = 'storage.objects.get'
const objectList = 'storage.objects.list'
const objectCreate = 'storage.objects.create'
const objectDelete = 'storage.objects.delete'

/** Without the permission to list, Cloud Storage answers 403 rather than 404 for an object that does not exist. */
const find = [objectGet, objectList]
const overwrite = [objectCreate, objectDelete, ...find]

/** Permissions that Cloud Storage requires for each operation of the blob store. */
const blobs = {
  locate: [],
  write: overwrite,
  read: find,
  readBytes: find,
  openFile: [],
  stat: find,
  remove: [objectDelete, objectList],
  copy: [objectCreate, ...find],
  openUpload: [objectCreate],
  // The URL of the session is its id.
  uploadSession: [],
  // The URL of the session is the permission.
  cancelUpload: [],
  signUrl: [objectGet],
  list: [objectList],
  check: find,
  readDerived: find,
  writeDerived: overwrite,
} satisfies Record<keyof BlobStore, string[]>

/** Permissions on the bucket that infected bytes come from, and on the one that keeps them. */
const quarantine = {
  keep: { from: find, to: [objectCreate, ...find] },
  removeExpired: { from: [], to: [objectDelete, objectList] },
} satisfies Record<Exclude<keyof Quarantine, 'includesUploads'>, { from: string[]; to: string[] }>

/** Returns the sorted permissions that Google requires for the used operations. */
export function requiredBy(usage: Usage): Permissions {
  const kept = [...usage.quarantine].map((name) => entry(quarantine, name))
  return {
    documents: union([
      ...[...usage.catalog].map((name) => entry(catalog, name)),
      ...[...usage.trail].map((name) => entry(trail, name)),
      ...[...usage.links].map((name) => entry(links, name)),
      ...[...usage.runs].map((name) => entry(runs, name)),
      ...[...usage.shares].map((name) => entry(shares, name)),
      ...[...usage.folders].map((name) => entry(folders, name)),
    ]),
    objects: union([
      ...[...usage.blobs].map((name) => entry(blobs, name)),
      ...kept.map(({ from }) => from),
    ]),
    quarantine: union(kept.map(({ to }) => to)),
  }
}

export const union = (lists: string[][]): string[] => [...new Set(lists.flat())].toSorted()

function entry<Value>(table: Record<string, Value>, operation: string): Value {
  const found = table[operation]
  if (!found) throw new Error(`No permissions are listed for the operation "${operation}"`)
  return found
}
