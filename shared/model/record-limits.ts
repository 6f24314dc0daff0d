import { WorkspaceError } from './errors.ts'
import type { Metadata } from './file.ts'
import { type RecordLimits, type Usage, metadataBytesOf } from './usage.ts'

/** The limits of a deployment that configures none. */
export const defaultRecordLimits: RecordLimits = {
  maxRecords: 1_000_000,
  maxOpenUploads: 1_000,
  maxMetadataBytes: 256 * 1024 * 1024,
}

/** Most open uploads end within seconds, with the verdict of their scan. */
const retryAfterSeconds = 5

/** Throws `quota-exceeded` if another record outside the trash would exceed a limit. */
export function assertRoomForRecord(usage: Usage, metadata: Metadata): void {
  const { recordCount, trashCount, maxRecords } = usage
  if (recordCount - trashCount >= maxRecords) {
    throw new WorkspaceError(
      'quota-exceeded',
      `The workspace has reached its limit of ${maxRecords} files outside the trash. Delete files you do not need and try again.`,
    )
  }
  assertMetadataFits(usage, metadataBytesOf(metadata))
}

/** Throws `quota-exceeded` if the metadata outside the trash would exceed its limit. Metadata that does not grow never fails. */
export function assertMetadataFits(usage: Usage, growthBytes: number): void {
  const { metadataBytes, trashMetadataBytes, maxMetadataBytes } = usage
  const freeBytes = Math.max(0, maxMetadataBytes - (metadataBytes - trashMetadataBytes))
  if (growthBytes <= 0 || growthBytes <= freeBytes) return
  throw new WorkspaceError(
    'quota-exceeded',
    `${growthBytes} more bytes of metadata do not fit: ${freeBytes} of the workspace's ${maxMetadataBytes} are free. Send less metadata, or delete files you do not need.`,
  )
}

/** Throws `too-many-requests` if another pending file would exceed the limit. */
export function assertOpenUpload({ openUploads, maxOpenUploads }: Usage): void {
  if (openUploads < maxOpenUploads) return
  throw new WorkspaceError(
    'too-many-requests',
    `The workspace has reached its limit of ${maxOpenUploads} open uploads. Finish or delete some, or wait until they are scanned or expire.`,
    { retryAfterSeconds },
  )
}

/**
 * Whether the trash must be trimmed: its bytes exceed the quota, or it contains records and the workspace exceeds its limit of
 * records or metadata.
 */
export function isTrashOverLimit(usage: Usage): boolean {
  return (
    usage.trashBytes > usage.quotaBytes ||
    (usage.trashCount > 0 && usage.recordCount > usage.maxRecords) ||
    (usage.trashMetadataBytes > 0 && usage.metadataBytes > usage.maxMetadataBytes)
  )
}
