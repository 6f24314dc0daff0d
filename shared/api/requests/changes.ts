import { z } from 'zod'
import { onConflictSchema } from '../../model/conflict/on-conflict.ts'
import { metadataSchema } from '../metadata-schema.ts'
import { flag } from '../text-fields.ts'

const session = z.string().optional()

/** The JSON body of `PATCH /files/{id}`. */
export const updateBody = z
  .strictObject({
    name: z.string().optional(),
    path: z.string().optional(),
    session,
    onConflict: onConflictSchema.optional(),
    metadata: metadataSchema.optional(),
  })
  .refine(({ name, path }) => name === undefined || path === undefined, {
    error: 'must not be combined with "path", whose last segment is the name',
    path: ['name'],
  })
  .meta({ not: { required: ['name', 'path'] } })

/** The JSON body of `POST /files/{id}/copy`. */
export const copyBody = z.strictObject({
  path: z.string(),
  session,
  overwrite: z.boolean().optional(),
  onConflict: onConflictSchema.optional(),
})

/** The JSON body of `POST /files/{id}/restore`, which may be missing. */
export const restoreBody = z.strictObject({
  path: z.string().optional(),
  session,
  onConflict: onConflictSchema.optional(),
})

/** `DELETE` of a file or session; `purge` deletes for good instead of moving to the trash. */
export const deleteQuery = z.object({ purge: flag.default(false) })
