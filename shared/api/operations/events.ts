import { eventMessageSchema, eventPageSchema } from '../answers/events.ts'
import type { Operations } from '../operation.ts'
import { eventsQuery, eventStreamQuery } from '../requests/events.ts'

export const eventOperations: Operations = {
  'GET /events': {
    id: 'listEvents',
    summary: 'What happened in the workspace after an event.',
    description: 'Without `after`, no events and the number of the latest one.',
    access: 'files:read',
    query: eventsQuery,
    answers: {
      200: { description: 'One page.', content: { 'application/json': eventPageSchema } },
    },
    problems: ['events-expired'],
  },
  'GET /events/stream': {
    id: 'streamEvents',
    summary: 'What happens in the workspace, as server-sent events.',
    description:
      'Starts after `Last-Event-ID` or `after`, else with the next event. The `data` of each is an `Event` as JSON, its `id` the number. Ends when the token expires, and after 55 minutes: connect again with the last `id`.',
    access: 'files:read',
    query: eventStreamQuery,
    headers: ['Last-Event-ID'],
    answers: {
      200: {
        description: 'The stream. The schema is that of one message.',
        content: { 'text/event-stream': eventMessageSchema },
      },
    },
    problems: ['events-expired', 'too-many-requests'],
  },
}
