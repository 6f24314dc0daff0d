import { deleteBytes } from '../delete-bytes.ts'
import type { FileRecord } from '../../model/file.ts'
import type { SweepPosition, SweepQuery } from '../../ports/maintenance.ts'
import { isExpired } from '../../model/reservation.ts'
import { scan } from '../scan/scan.ts'
import { ago, startPosition, pagedPhase, type SweepContext, type PageSource } from './phase.ts'
import { count, nameOf } from './report.ts'

const pageSize = 200
const dayMs = 24 * 3600 * 1000

/** Settles pending files whose bytes have arrived, and expires the other reservations when their time is over. */
export function pending(context: SweepContext) {
  const { catalog } = context.ports
  const before = ago(context, context.pendingAgeSeconds * 1000)
  return pagedPhase(context, {
    ...records((query) => catalog.listPending(query), before),
    visit: (file) => settleOrExpire(context, file),
  })
}

/** Purges files that have been in the trash for longer than the retention. */
export function trash(context: SweepContext) {
  const { ports, report, dryRun } = context
  const before = ago(context, ports.limits.trashRetentionDays * dayMs)
  return pagedPhase(context, {
    ...records((query) => ports.catalog.listTrash(query), before),
    visit: async (file) => {
      const purged = dryRun ? file : await ports.catalog.purge(file.workspaceId, file.id, before)
      if (!purged) return
      count(report, 'purged', nameOf(purged))
      if (!dryRun) await deleteBytes(ports, [purged])
    },
  })
}

function records(
  list: (query: SweepQuery) => Promise<FileRecord[]>,
  before: Date,
): Omit<PageSource<FileRecord>, 'visit'> {
  return {
    nameOf,
    positionOf,
    page: async (text) => {
      const after = text === startPosition ? undefined : (JSON.parse(text) as SweepPosition)
      const items = await list({ before, limit: pageSize, ...(after && { after }) })
      const last = items.length < pageSize ? undefined : items.at(-1)
      return { items, next: last && positionOf(last) }
    },
  }
}

function positionOf(file: FileRecord): string {
  const { state, createdAt, deletedAt, workspaceId, sequence } = file
  const position: SweepPosition = { state, createdAt, deletedAt, workspaceId, sequence }
  return JSON.stringify(position)
}

async function settleOrExpire(context: SweepContext, file: FileRecord): Promise<void> {
  const { ports, report, dryRun, abandonedBefore, signal } = context
  const blob = await ports.blobs.stat(file.storagePath)
  if (file.state !== 'pending') return
  if (blob) {
    const isSettled = dryRun || (await scan(ports, blob, signal))?.settled
    if (isSettled) count(report, 'finished', nameOf(file))
    return
  }
  // The client of a resumable session sends its bytes to the store, so the session survives the end of our process.
  const isResumable = file.reservation.uploadId !== undefined
  const abandoned = isResumable ? undefined : abandonedBefore
  if (dryRun) {
    if (isExpired(file, ports.now(), abandoned)) count(report, 'expired', nameOf(file))
    return
  }
  const expired = await ports.catalog.expire(file.workspaceId, file.id, abandoned)
  if (expired) count(report, 'expired', nameOf(expired))
  await deleteBytes(ports, [expired])
}
