import { z } from 'zod'

const session = z.string().optional()

/** The JSON body of `PATCH /folders`. */
export const moveFolderBody = z.strictObject({ from: z.string(), to: z.string(), session })

/** `DELETE /folders` */
export const removeFolderQuery = z.object({ prefix: z.string(), session })

/** The JSON body of `POST /folders/restore`: a folder, or the operation that deleted one. */
export const restoreFolderBody = z
  .strictObject({ prefix: z.string().optional(), operation: z.string().optional(), session })
  .refine(({ prefix, operation }) => (prefix === undefined) !== (operation === undefined), {
    error: 'is required, unless "operation" is given; only one of them may be',
    path: ['prefix'],
  })
  .meta({ oneOf: [{ required: ['prefix'] }, { required: ['operation'] }] })
