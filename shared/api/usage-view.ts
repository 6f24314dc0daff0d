import type { Usage } from '../model/usage.ts'
import type { Limits } from '../ports/ports.ts'
import type { UsageView } from './answers/usage.ts'

/** A workspace's usage in the API: each counter with its limit, and the days that the trash keeps a file. */
export function usageView(usage: Usage, { trashRetentionDays }: Limits): UsageView {
  const { liveBytes, liveCount, quotaBytes } = usage
  return {
    usedBytes: liveBytes,
    reservedBytes: usage.reservedBytes,
    trashBytes: usage.trashBytes,
    trashRetentionDays,
    limitBytes: quotaBytes,
    usedPercent: quotaBytes === 0 ? 100 : Math.round((liveBytes / quotaBytes) * 10_000) / 100,
    fileCount: liveCount,
    recordCount: usage.recordCount,
    recordLimit: usage.maxRecords,
    openUploads: usage.openUploads,
    openUploadLimit: usage.maxOpenUploads,
    metadataBytes: usage.metadataBytes,
    metadataLimitBytes: usage.maxMetadataBytes,
  }
}
