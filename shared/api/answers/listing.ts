import { z } from 'zod'
import { fileFieldsSchema, fileViewSchema } from './file.ts'

/** One page of `GET /files/{id}/versions`. */
export const versionListingSchema = z
  .object({
    versions: z
      .array(fileViewSchema)
      .describe('The present file of the path first, then those in the trash.'),
    nextCursor: z.string().optional(),
    hasMore: z.boolean(),
  })
  .meta({ id: 'VersionListing' })

/** One page of `GET /files`. */
export const listingSchema = z
  .object({
    files: z.array(fileViewSchema),
    folders: z
      .array(z.string())
      .optional()
      .describe('With `delimiter=/`: full paths that end in `/`.'),
    nextCursor: z.string().optional(),
    hasMore: z.boolean(),
    incompleteResults: z
      .literal(true)
      .optional()
      .describe('The page ends because it read its maximum of files.'),
    total: z.int().nonnegative().optional(),
    totalIsMinimum: z.literal(true).optional(),
  })
  .meta({ id: 'Listing' })

/** The same page of files with all their fields, or with those that `fields` names. */
export const selectedListingSchema = listingSchema
  .extend({ files: z.array(z.union([fileViewSchema, fileFieldsSchema])) })
  .meta({ id: 'SelectedListing' })
