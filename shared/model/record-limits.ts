import { WorkspaceError } from './errors.ts'
import type { Metadata } from './file.ts'
import { type RecordLimits, type Usage, metadataBytesOf } from './usage.ts'

/** For a deployment that names none. */
export const defaultRecordLimits: RecordLimits = {
  maxRecords: 1_000_000,
  maxOpenUploads: 1_000,
  maxMetadataBytes: 256 * 1024 * 1024,
}

/** An upload ends with its verdict: the caller may wait. */
const retryAfterSeconds = 5

/** Throws `quota-exceeded` where one more record outside the trash passes a limit. */
export function assertRoomForRecord(usage: Usage, metadata: Metadata): void {
  const { recordCount, trashCount, maxRecords } = usage
  if (recordCount - trashCount >= maxRecords) {
    throw new WorkspaceError(
      'quota-exceeded',
      `The workspace has all of the ${maxRecords} files that it may have outside the trash. Delete files you do not need and try again.`,
    )
  }
  assertMetadataFits(usage, metadataBytesOf(metadata))
}

/** Throws `quota-exceeded` where the metadata outside the trash would pass its limit. Metadata that does not grow always fits. */
export function assertMetadataFits(usage: Usage, growthBytes: number): void {
  const { metadataBytes, trashMetadataBytes, maxMetadataBytes } = usage
  const freeBytes = Math.max(0, maxMetadataBytes - (metadataBytes - trashMetadataBytes))
  if (growthBytes <= 0 || growthBytes <= freeBytes) return
  throw new WorkspaceError(
    'quota-exceeded',
    `${growthBytes} more bytes of metadata do not fit: ${freeBytes} of the workspace's ${maxMetadataBytes} are free. Send less metadata, or delete files you do not need.`,
  )
}

/** Throws `too-many-requests` where one more pending file passes the limit. */
export function assertOpenUpload({ openUploads, maxOpenUploads }: Usage): void {
  if (openUploads < maxOpenUploads) return
  throw new WorkspaceError(
    'too-many-requests',
    `The workspace has all of the ${maxOpenUploads} uploads that may be open at once. Finish or delete some, or wait until they are scanned or expire.`,
    { retryAfterSeconds },
  )
}

/** Whether files have to leave the trash: it holds more than one quota, or takes records or metadata past their limits. */
export function isTrashOver(usage: Usage): boolean {
  return (
    usage.trashBytes > usage.quotaBytes ||
    (usage.trashCount > 0 && usage.recordCount > usage.maxRecords) ||
    (usage.trashMetadataBytes > 0 && usage.metadataBytes > usage.maxMetadataBytes)
  )
}
