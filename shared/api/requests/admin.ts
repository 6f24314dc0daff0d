import { z } from 'zod'

/** The JSON body of `PUT /admin/workspaces/{user}/quota`. */
export const quotaBody = z.strictObject({ limitBytes: z.int().min(1) })
