import {
  blockListingSchema,
  blockSchema,
  runEventSchema,
  runListingSchema,
  runSchema,
} from '../answers/blocks.ts'
import type { Operations } from '../operation.ts'
import { blocksQuery, runBody, runsQuery } from '../requests/blocks.ts'

export const blockOperations: Operations = {
  'GET /blocks': {
    id: 'listBlocks',
    summary: 'Lists the blocks of this server, exact names first.',
    access: 'blocks:run',
    query: blocksQuery,
    answers: {
      200: { description: 'One page.', content: { 'application/json': blockListingSchema } },
    },
  },
  'GET /blocks/{id}': {
    id: 'getBlock',
    summary: 'A block with the JSON Schemas of its input and outputs.',
    access: 'blocks:run',
    headers: ['If-None-Match'],
    answers: {
      200: {
        description: 'The block.',
        content: { 'application/json': blockSchema },
        headers: ['ETag'],
      },
      304: { description: 'The client has this version.', headers: ['ETag'] },
    },
    problems: ['not-found'],
  },
  'POST /blocks/{id}/run': {
    id: 'runBlock',
    summary: 'Runs a block.',
    description:
      'The token also needs the scopes `files:read` and `files:write`. By `Accept`, answers the record when the run has ended, or its events as they happen: one JSON a line, or server-sent events whose `data` is the JSON. A run whose client leaves is cancelled. A problem means that the run has not begun; a run that fails has the state `failed`.',
    access: 'blocks:run',
    headers: ['Accept', 'Idempotency-Key'],
    body: { content: { 'application/json': runBody } },
    answers: {
      200: {
        description: 'The run has ended, or its events follow.',
        content: {
          'application/json': runSchema,
          'application/x-ndjson': runEventSchema,
          'text/event-stream': runEventSchema,
        },
        headers: ['Location'],
      },
    },
    problems: ['not-found', 'too-many-requests', 'key-reused', 'run-in-progress'],
  },
  'GET /runs': {
    id: 'listRuns',
    summary: 'Lists the runs of the workspace of the last 30 days, the last begun first.',
    access: 'blocks:run',
    query: runsQuery,
    answers: {
      200: { description: 'One page.', content: { 'application/json': runListingSchema } },
    },
  },
  'GET /runs/{id}': {
    id: 'getRun',
    summary: 'A run with its outputs so far.',
    access: 'blocks:run',
    answers: { 200: { description: 'The run.', content: { 'application/json': runSchema } } },
    problems: ['not-found'],
  },
  'DELETE /runs/{id}': {
    id: 'cancelRun',
    summary: 'Cancels a run and deletes the files that it has stored.',
    description: 'A run that has ended does not change.',
    access: 'blocks:run',
    answers: {
      200: { description: 'The run has ended.', content: { 'application/json': runSchema } },
      202: {
        description: 'The run ends within seconds.',
        content: { 'application/json': runSchema },
      },
    },
    problems: ['not-found'],
  },
}
