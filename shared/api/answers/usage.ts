import { z } from 'zod'

const count = z.int().nonnegative()

/** The usage of a workspace: each counter with its limit. */
export const usageSchema = z
  .object({
    usedBytes: count,
    reservedBytes: count,
    trashBytes: count,
    trashRetentionDays: z
      .int()
      .positive()
      .describe(
        'The trash keeps a file for at most this many days after its `deletedAt`. It deletes the oldest files earlier when it is full.',
      ),
    limitBytes: count,
    usedPercent: z.number().nonnegative(),
    fileCount: count,
    recordCount: count,
    recordLimit: count,
    openUploads: count,
    openUploadLimit: count,
    metadataBytes: count,
    metadataLimitBytes: count,
  })
  .meta({ id: 'Usage' })

export type UsageView = z.output<typeof usageSchema>
