import { z } from 'zod'

const count = z.int().nonnegative()

/** One page of `GET /folders`. */
export const folderListingSchema = z
  .object({
    folders: z.array(
      z.object({
        path: z.string().describe('Ends in `/`.'),
        fileCount: count,
        sizeBytes: count,
        isMinimum: z
          .literal(true)
          .optional()
          .describe('The folder has more files than one page reads.'),
      }),
    ),
    nextCursor: z.string().optional(),
    hasMore: z.boolean(),
    incompleteResults: z
      .literal(true)
      .optional()
      .describe('The page ends because it read its maximum of files.'),
  })
  .meta({ id: 'FolderListing' })
