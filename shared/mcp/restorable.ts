import type { FileRecord } from '../model/file.ts'
import type { Limits } from '../ports/ports.ts'

const dayMs = 86_400_000

/** When a file in the trash is purged. Undefined for a file that is not in the trash. */
export function restorableUntil(
  { deletedAt }: FileRecord,
  { trashRetentionDays }: Limits,
): string | undefined {
  if (deletedAt === null) return undefined
  return new Date(Date.parse(deletedAt) + trashRetentionDays * dayMs).toISOString()
}
