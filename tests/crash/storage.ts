import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EicarScanner } from '../../shared/adapters/scanners/eicar-scanner.ts'
import { openLocalStorage, type LocalStorage } from '../../shared/runtime/local-storage.ts'
import type { StoredBlob } from '../../shared/ports/blob-store.ts'
import { ownerOf } from '../../shared/model/storage-path.ts'
import { sweep } from '../../shared/workspace/sweep/sweep.ts'
import type { FileRecord } from '../e2e/support/record.ts'

/** Longer than the lifetime of reservations, sessions, temporary files and orphans, but shorter than that of the trash. */
const laterMs = 25 * 3600 * 1000
const limits = { maxFileBytes: 1024 ** 3, uploadExpirySeconds: 24 * 3600, trashRetentionDays: 30 }

/** The quarantine directory, next to the storage directory. */
export function quarantineOf(directory: string): string {
  return `${directory}-quarantine`
}

/** The directory of a running server, opened by a second process with a clock that is `aheadMs` ahead. */
export function openStorage(directory: string, aheadMs = 0): Promise<LocalStorage> {
  const now = () => new Date(Date.now() + aheadMs)
  const quarantine = { location: quarantineOf(directory), retentionDays: 30 }
  return openLocalStorage({ directory, quotaBytes: Number.MAX_SAFE_INTEGER, now, quarantine })
}

/** Whether all stored bytes have their verdict. */
export async function isSettled({ blobs }: LocalStorage, files: FileRecord[]): Promise<boolean> {
  for (const { state, storagePath } of files) {
    if (state === 'pending' && (await blobs.stat(storagePath))) return false
  }
  return true
}

/** Whether all events of the directory have been handled. Tests ask often, and opening the storage takes 50 ms. */
export function isIdle(directory: string): boolean {
  using database = new DatabaseSync(join(directory, 'coffer.sqlite'), { readOnly: true })
  return database.prepare('SELECT 1 FROM events LIMIT 1').get() === undefined
}

/** The number of blobs of these users without a record. */
export async function countOrphans(storage: LocalStorage, files: FileRecord[]): Promise<number> {
  const records = new Set(files.map(placeOf))
  return (await blobsOf(storage, files)).filter((blob) => !records.has(placeOf(blob))).length
}

/** Sweeps with the clock a day ahead, which repairs the results of crashes. Any failure is an error. */
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

/** I6: checks that the blobs of the users are exactly those of their ready records. */
export async function blobFindings(storage: LocalStorage, files: FileRecord[]): Promise<string[]> {
  const records = files.filter(({ state }) => state === 'ready').map(placeOf)
  const blobs = (await blobsOf(storage, files)).map(placeOf)
  return [
    ...difference(records, blobs).map((place) => `I6: no blob for the record of ${place}`),
    ...difference(blobs, records).map((place) => `I6: no record for the blob at ${place}`),
  ]
}

/** I6: checks that the quarantine has the complete bytes and a note of every infected file. */
export async function quarantineFindings(
  directory: string,
  files: FileRecord[],
): Promise<string[]> {
  const findings: string[] = []
  for (const { id, generation, state, checksum } of files) {
    if (state !== 'infected') continue
    const place = join(quarantineOf(directory), 'kept', `${id}-${generation}`)
    const read = (name: string) => readFile(join(place, name)).catch(() => Buffer.alloc(0))
    const found = createHash('sha256')
      .update(await read('bytes.quarantined'))
      .digest('hex')
    const note = (await read('note.json')).toString()
    if (found === checksum && note.includes(id)) continue
    findings.push(`I6: the infected file ${id} is not kept in ${place}: ${found}, ${note}`)
  }
  return findings
}

/** Runs real and dry sweeps as a second process over the directory of a server, until it is stopped. */
export async function sweepBeside(directory: string, signal: AbortSignal): Promise<number> {
  await using storage = await openStorage(directory)
  const ports = { ...storage, now: () => new Date(), limits, scanner: new EicarScanner() }
  const options = { pendingAgeSeconds: 0, abandonedBefore: new Date(0), signal }
  let sweeps = 0
  for (; !signal.aborted; sweeps += 1) await sweep(ports, { ...options, dryRun: sweeps % 3 === 0 })
  return sweeps
}

async function blobsOf({ blobs }: LocalStorage, files: FileRecord[]): Promise<StoredBlob[]> {
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
