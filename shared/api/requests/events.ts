import { z } from 'zod'
import { integer } from '../text-fields.ts'

const after = integer(0, Number.MAX_SAFE_INTEGER)

/** `GET /events` */
export const eventsQuery = z.object({
  after: after.optional(),
  limit: integer(1, 1000).default(200),
})
