import { z } from 'zod'
import { trailEventSchema } from '../../model/trail/event.ts'

const position = z.int().nonnegative()

/** One event of a workspace. */
const eventSchema = trailEventSchema
  .extend({
    sequence: z.int().positive().describe('1, 2, 3 and so on, without gaps.'),
    fileId: z.string(),
    path: z
      .string()
      .optional()
      .describe('After the change. Absent if the file left the session of the token.'),
    from: z.string().optional().describe('Before the change, if it was another one.'),
    supersededBy: z.string().optional().describe('The file that took the path.'),
    code: trailEventSchema.shape.code.describe('Why a pending file failed.'),
  })
  .meta({ id: 'Event' })

/** One page of `GET /events`. */
export const eventPageSchema = z
  .object({
    events: z.array(eventSchema),
    next: position.describe('Continue after this number.'),
    latest: position.describe('The latest event. Nothing follows if `next` equals it.'),
  })
  .meta({ id: 'EventPage' })

/** One message of the stream (HTML §9.2, "Server-sent events"). */
export const eventMessageSchema = z.object({
  id: z.string().describe('The number of the event, for `Last-Event-ID`'),
  data: z.string().describe('An `Event` as JSON'),
})
