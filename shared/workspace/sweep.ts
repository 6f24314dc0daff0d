import { discard } from './discard.ts'
import type { FileRecord } from './file.ts'
import type { Ports, StoredBlob, SweepQuery } from './ports.ts'
import { scan } from './scan.ts'
import { ownerOf } from './storage-path.ts'

const pageSize = 200
const dayMs = 24 * 3600 * 1000
const orphanAgeMs = dayMs

type SweepPorts = Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'now' | 'limits'>

/** What one sweep did, as counts of files and blobs. */
export interface SweepReport {
  /** Pending files whose bytes were there: scanned and settled. */
  finished: number
  /** Reservations whose time had passed: path and quota given back. */
  expired: number
  /** Files that had been in the trash for longer than the retention. */
  purged: number
  /** Blobs older than 24 h that no record stands for. */
  orphans: number
  /** What could not be dealt with this time; the next sweep tries again. */
  failures: string[]
}

export interface SweepOptions {
  /** Younger pending files are left to their own events. */
  pendingAgeSeconds: number
  /** Uploads through a function that began before this instant and have brought no bytes are over: their process is gone. */
  abandonedBefore: Date
  /** Whether to look for blobs without a record, too, which lists all blobs. By default it does. */
  orphans?: boolean
  signal?: AbortSignal
}

/**
 * Finishes what a crash or a lost event left behind. Safe to run at any time, and twice at once: each step is one
 * idempotent operation that checks again what it acts on, so no step depends on a listing being complete.
 */
export async function sweep(ports: SweepPorts, options: SweepOptions): Promise<SweepReport> {
  const report: SweepReport = { finished: 0, expired: 0, purged: 0, orphans: 0, failures: [] }
  const attempt = async (what: string, step: () => Promise<void>) => {
    options.signal?.throwIfAborted()
    await step().catch((error: unknown) => report.failures.push(`${what}: ${String(error)}`))
  }
  const { catalog, blobs, now, limits } = ports
  const before = (ageMs: number) => new Date(now().getTime() - ageMs)

  const pending = pages(
    (query) => catalog.listPending(query),
    before(options.pendingAgeSeconds * 1000),
  )
  for await (const file of pending)
    await attempt(file.id, () => settleOrExpire(ports, file, options, report))

  const retained = before(limits.trashRetentionDays * dayMs)
  for await (const file of pages((query) => catalog.listTrash(query), retained)) {
    await attempt(file.id, async () => {
      const purged = await catalog.purge(file.workspaceId, file.id, retained)
      await discard(ports, [purged])
      if (purged) report.purged += 1
    })
  }

  if (options.orphans === false) return report
  const orphaned = before(orphanAgeMs)
  for await (const blob of stored(blobs)) {
    if (blob.storedAt >= orphaned) continue
    await attempt(blob.storagePath, () => removeOrphan(ports, blob, report))
  }
  return report
}

async function settleOrExpire(
  ports: SweepPorts,
  file: FileRecord,
  { abandonedBefore }: SweepOptions,
  report: SweepReport,
): Promise<void> {
  const blob = await ports.blobs.stat(file.storagePath)
  if (blob) {
    const result = await scan(ports, blob)
    if (result?.settled) report.finished += 1
    return
  }
  const isTicket = file.state === 'pending' && file.reservation.uploadId !== undefined
  const expired = await ports.catalog.expire(
    file.workspaceId,
    file.id,
    isTicket ? undefined : abandonedBefore,
  )
  await discard(ports, [expired])
  if (expired) report.expired += 1
}

/** Removes a blob that no record stands for; one that is not ours to name is left alone. */
async function removeOrphan(
  { catalog, blobs }: SweepPorts,
  blob: StoredBlob,
  report: SweepReport,
): Promise<void> {
  const owner = ownerOf(blob.storagePath)
  if (!owner) return
  const file = await catalog.get(owner.workspaceId, owner.id)
  const wanted =
    file?.state === 'pending' || (file?.state === 'ready' && file.generation === blob.generation)
  if (wanted) return
  await blobs.remove(blob)
  report.orphans += 1
}

async function* pages(next: (query: SweepQuery) => Promise<FileRecord[]>, before: Date) {
  let after: FileRecord | undefined
  do {
    const page = await next({ before, limit: pageSize, ...(after && { after }) })
    yield* page
    after = page.length < pageSize ? undefined : page.at(-1)
  } while (after)
}

async function* stored(blobs: Ports['blobs']) {
  let after: string | undefined
  do {
    const page = await blobs.list({ limit: pageSize, ...(after !== undefined && { after }) })
    yield* page.blobs
    after = page.next
  } while (after !== undefined)
}
