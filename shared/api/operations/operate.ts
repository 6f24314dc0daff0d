import { healthSchema, rescanReportSchema, sweepReportSchema } from '../answers/operating.ts'
import { usageSchema } from '../answers/usage.ts'
import type { Operation, Operations } from '../operation.ts'
import { quotaBody } from '../requests/admin.ts'
import { rescanQuery, sweepQuery } from '../requests/maintenance.ts'

const usage = { 'application/json': usageSchema }
const quota = {
  access: 'workspace:admin',
  answers: { 200: { description: 'The usage of the user.', content: usage } },
  problems: ['not-found'],
} satisfies Partial<Operation>

const health = { 'application/json': healthSchema }

export const operateOperations: Operations = {
  'GET /admin/workspaces/{user}/quota': { id: 'getQuota', summary: 'Shows a quota.', ...quota },
  'PUT /admin/workspaces/{user}/quota': {
    id: 'setQuota',
    summary: 'Sets a quota.',
    ...quota,
    body: { content: { 'application/json': quotaBody } },
  },
  'DELETE /admin/workspaces/{user}/quota': {
    id: 'resetQuota',
    summary: 'Restores the default quota.',
    ...quota,
  },
  'POST /sweep': {
    id: 'sweep',
    summary: 'Finishes what crashes and lost events left unfinished.',
    access: 'scheduler',
    query: sweepQuery,
    answers: {
      200: { description: 'The report.', content: { 'application/json': sweepReportSchema } },
    },
    problems: ['scanner-unavailable'],
  },
  'POST /rescan': {
    id: 'rescan',
    summary: 'Scans files again that were scanned with older signatures.',
    access: 'scheduler',
    query: rescanQuery,
    answers: {
      200: { description: 'The report.', content: { 'application/json': rescanReportSchema } },
    },
    problems: ['scanner-unavailable'],
  },
  'GET /healthz': {
    id: 'getHealth',
    summary: 'The state of the stores and of the scanner.',
    access: 'anybody',
    answers: {
      200: { description: 'The stores answer.', content: health },
      503: { description: 'A store does not answer.', content: health },
    },
  },
}
