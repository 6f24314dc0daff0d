import { z } from 'zod'
import { maxShareSeconds } from '../../model/shares/share.ts'
import { flag, integer } from '../text-fields.ts'

/** The JSON body of `POST /shares`: one file, or a folder. `expiresIn` is in seconds. */
export const shareBody = z
  .strictObject({
    fileId: z.string().optional(),
    folder: z.string().optional(),
    session: z.string().optional(),
    expiresIn: z
      .int()
      .min(1)
      .max(maxShareSeconds, `must be at most ${maxShareSeconds} seconds, which is 365 days`)
      .optional(),
  })
  .refine(({ fileId, folder }) => (fileId === undefined) !== (folder === undefined), {
    error: 'is required, unless "folder" is given; only one of them may be',
    path: ['fileId'],
  })
  .meta({ oneOf: [{ required: ['fileId'] }, { required: ['folder'] }] })

/** `GET /shares`, `GET /s/{token}/files` */
export const sharePageQuery = z.object({
  limit: integer(1, 1000).default(200),
  cursor: z.string().optional(),
})

/** `GET /s/{token}`, `GET /s/{token}/files/{path}` */
export const sharedQuery = z.object({ inline: flag.default(false) })
