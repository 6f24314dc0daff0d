import { eventPageSchema } from '../answers/events.ts'
import type { Operations } from '../operation.ts'
import { eventsQuery } from '../requests/events.ts'

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
}
