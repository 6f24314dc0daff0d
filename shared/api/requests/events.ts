import { z } from 'zod'
import { integer } from '../text-fields.ts'

/** The number of an event, as a client sends it. */
export const eventIdSchema = integer(0, Number.MAX_SAFE_INTEGER)

/** `GET /events` */
export const eventsQuery = z.object({
  after: eventIdSchema.optional(),
  limit: integer(1, 1000).default(200),
})

/** `GET /events/stream` */
export const eventStreamQuery = z.object({ after: eventIdSchema.optional() })
