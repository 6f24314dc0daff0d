import { z } from 'zod'
import { parseEssence } from '../../media/essence.ts'
import { onConflictSchema } from '../../model/conflict/on-conflict.ts'
import { originSchema } from '../../model/file.ts'
import { metadataSchema } from '../metadata-schema.ts'
import { normalizationShape, normalizationTextShape } from '../normalization.ts'
import { instantSchema } from '../text-fields.ts'
import { uploadTextSchema } from '../upload-fields.ts'

/** The JSON body of `POST /uploads`, which opens a resumable upload. `checksum` is the SHA-256 in hex. */
export const openUploadBody = z
  .strictObject({
    name: z.string().optional(),
    path: z.string().optional(),
    sizeBytes: z.int().nonnegative(),
    mimeType: z
      .string()
      .transform(parseEssence)
      .refine((type) => type !== undefined, 'must be a media type such as image/png')
      .optional(),
    checksum: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be a SHA-256 in 64 hexadecimal digits')
      .toLowerCase()
      .optional(),
    overwrite: z.boolean().optional(),
    onConflict: onConflictSchema.optional(),
    session: z.string().optional(),
    metadata: metadataSchema.optional(),
    origin: originSchema.optional(),
    modifiedAt: instantSchema.optional(),
  })
  .meta({ anyOf: [{ required: ['path'] }, { required: ['name'] }] })

/** The JSON body of `POST /imports`. */
export const importBody = z.strictObject({
  source: z.string(),
  name: z.string().optional(),
  path: z.string().optional(),
  session: z.string().optional(),
  overwrite: z.boolean().optional(),
  onConflict: onConflictSchema.optional(),
  metadata: metadataSchema.optional(),
  origin: originSchema.optional(),
  modifiedAt: instantSchema.optional(),
  ...normalizationShape,
})

export type ImportFields = z.output<typeof importBody>

/** The fields of `POST /imports` in a form, each of them text. */
export const importForm = z.object({
  source: z.string(),
  name: z.string().optional(),
  ...uploadTextSchema.shape,
  ...normalizationTextShape,
})
