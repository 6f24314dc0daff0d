import { z } from 'zod'
import { integer } from '../text-fields.ts'

/** `GET /blocks` */
export const blocksQuery = z.object({
  q: z.string().max(200).optional(),
  category: z.string().optional(),
  provider: z.string().optional(),
  limit: integer(1, 100).default(50),
  cursor: z.string().optional(),
})

/** The JSON body of `POST /blocks/{id}/run`. The block's own schema parses `input`. */
export const runBody = z.strictObject({
  input: z.record(z.string(), z.json()).default({}),
  session: z.string().optional(),
})

/** `GET /runs` */
export const runsQuery = z.object({
  limit: integer(1, 1000).default(200),
  cursor: z.string().optional(),
})
