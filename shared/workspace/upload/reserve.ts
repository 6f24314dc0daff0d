import { assertWritable, type Caller } from '../../model/access.ts'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { PendingFile } from '../../model/file.ts'
import type { FileId } from '../../model/ids.ts'
import type { UploadTarget } from '../../model/reservation.ts'
import type { Limits, Ports } from '../../ports/ports.ts'

type ReservePorts = Pick<Ports, 'catalog' | 'now' | 'limits'>

interface Reservation {
  id: FileId
  storagePath: string
  maxBytes: number
  target: UploadTarget
  /** Defaults to `uploadExpirySeconds` from now. */
  expiresAt?: Date
  uploadId?: string
  expectedChecksum?: string
}

/** How far the clock of an uploader may be ahead. */
const maxClockLeadMs = 24 * 60 * 60 * 1000

/** Reserves path and quota for a new file. Throws `too-large`, `forbidden`, `invalid-request` and the errors of `catalog.reserve`. */
export async function reserveFile(
  ports: ReservePorts,
  caller: Caller,
  { target, expiresAt = uploadExpiry(ports), ...file }: Reservation,
): Promise<PendingFile> {
  assertFits(ports.limits, file.maxBytes)
  assertWritable(caller, target.path)
  assertPast(target.modifiedAt, ports.now())
  return ports.catalog.reserve({
    ...file,
    ...target,
    workspaceId: caller.workspaceId,
    expiresAt,
  })
}

/**
 * Releases a reservation after a failure. Resolves to the removed record, or to undefined if the file is already settled:
 * the store can commit and lose only its answer, and a settled file stays.
 */
export async function releaseReservation(
  { catalog }: Pick<Ports, 'catalog'>,
  { workspaceId, id, createdAt }: PendingFile,
): Promise<PendingFile | undefined> {
  const abandonedBefore = new Date(Date.parse(createdAt) + 1)
  // If this fails, the sweep expires the reservation. The caller reports its first error, not this one.
  return catalog.expire(workspaceId, id, abandonedBefore).catch(() => undefined)
}

export function assertFits(limits: Limits, sizeBytes: number): void {
  if (sizeBytes <= limits.maxFileBytes) return
  throw new WorkspaceError(
    'too-large',
    `A file may have at most ${limits.maxFileBytes} bytes here; this one has ${sizeBytes}. Split it; where only the request is too large, POST /api/workspace/uploads takes the same bytes in chunks.`,
    { errors: invalid('sizeBytes', `must be at most ${limits.maxFileBytes}`).errors ?? [] },
  )
}

function assertPast(modifiedAt: string | undefined, now: Date): void {
  if (modifiedAt === undefined || Date.parse(modifiedAt) <= now.getTime() + maxClockLeadMs) return
  throw invalid('modifiedAt', 'must not be in the future; check the clock of the device')
}

export function uploadExpiry({ now, limits }: Pick<Ports, 'now' | 'limits'>): Date {
  return new Date(now().getTime() + limits.uploadExpirySeconds * 1000)
}
