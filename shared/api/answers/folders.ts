import { z } from 'zod'
import { folderOperationSchema } from '../../model/folders/operation.ts'

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

/** An operation on a folder, as `operationView` makes it of a record. */
export const operationSchema = folderOperationSchema
  .omit({ workspaceId: true, lastSequence: true, position: true, deletedAt: true })
  .meta({ id: 'Operation' })
