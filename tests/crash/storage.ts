import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { EicarScanner } from '../../shared/adapters/local/eicar-scanner.ts'
import { openLocalStorage } from '../../shared/runtime-local.ts'
import type { StoredBlob } from '../../shared/workspace/ports.ts'
import { ownerOf } from '../../shared/workspace/storage-path.ts'
import { sweep } from '../../shared/workspace/sweep.ts'
import type { FileRecord } from '../e2e/record.ts'

/** Longer than reservations, sessions, temporary files and orphans last; shorter than the trash. */
const laterMs = 25 * 3600 * 1000
const limits = { maxFileBytes: 1024 ** 3, uploadExpirySeconds: 24 * 3600, trashRetentionDays: 30 }

type Storage = Awaited<ReturnType<typeof openLocalStorage>>

/** The same directory that a server is serving, as a second process sees it, `aheadMs` from now. */
export function openStorage(directory: string, aheadMs = 0): Promise<Storage> {
  const now = () => new Date(Date.now() + aheadMs)
  return openLocalStorage({ directory, quotaBytes: Number.MAX_SAFE_INTEGER, now })
}

/** Whether all bytes that are there have their verdict. */
export async function isSettled({ blobs }: Storage, files: FileRecord[]): Promise<boolean> {
  for (const { state, storagePath } of files) {
    if (state === 'pending' && (await blobs.stat(storagePath))) return false
  }
  return true
}

/** Whether all events of the directory have been handled. */
export async function isIdle(directory: string): Promise<boolean> {
  await using storage = await openStorage(directory)
  return storage.events.length() === 0
}

/** How many blobs of these users have no record. */
export async function countOrphans(storage: Storage, files: FileRecord[]): Promise<number> {
  const records = new Set(files.map(placeOf))
  return (await blobsOf(storage, files)).filter((blob) => !records.has(placeOf(blob))).length
}

/** Sweeps as the service would a day later, so that no crash is left to wait for: nothing that fails may remain. */
export async function sweepLater(directory: string): Promise<string[]> {
  await using storage = await openStorage(directory, laterMs)
  const now = () => new Date(Date.now() + laterMs)
  const ports = { ...storage, now, limits, scanner: new EicarScanner() }
  const { failures } = await sweep(ports, { pendingAgeSeconds: 0, abandonedBefore: now() })
  const left = [
    ...(await readdir(join(directory, 'tmp'))).map((name) => `tmp/${name}`),
    ...(await readdir(join(directory, 'uploads'))).map((name) => `uploads/${name}`),
  ]
  return [
    ...failures.map((failure) => `I6: the sweep failed: ${failure}`),
    ...left.map((name) => `I6: ${name} is still there a day later`),
  ]
}

/** I6: whether the blobs of the users are exactly those of their ready records. */
export async function blobFindings(directory: string, files: FileRecord[]): Promise<string[]> {
  await using storage = await openStorage(directory)
  const records = files.filter(({ state }) => state === 'ready').map(placeOf)
  const blobs = (await blobsOf(storage, files)).map(placeOf)
  return [
    ...difference(records, blobs).map((place) => `I6: no blob for the record of ${place}`),
    ...difference(blobs, records).map((place) => `I6: no record for the blob at ${place}`),
  ]
}

async function blobsOf({ blobs }: Storage, files: FileRecord[]): Promise<StoredBlob[]> {
  const users = new Set(files.map(({ workspaceId }) => workspaceId))
  const all: StoredBlob[] = []
  let after: string | undefined
  do {
    const page = await blobs.list({ limit: 1000, ...(after !== undefined && { after }) })
    all.push(...page.blobs)
    after = page.next
  } while (after !== undefined)
  return all.filter((blob) => users.has(ownerOf(blob.storagePath)?.workspaceId ?? ''))
}

function placeOf(place: { storagePath: string; generation: string | null }): string {
  return `${place.storagePath}#${place.generation}`
}

function difference(these: string[], those: string[]): string[] {
  const others = new Set(those)
  return these.filter((one) => !others.has(one))
}
