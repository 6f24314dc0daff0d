import type { Fault } from './faults.ts'

const statuses = [408, 429, 500, 502, 503, 504]
/** Every kind of truncated response or temporary error. */
export const cuts: [string, Fault][] = [
  ['a reset before the status', { kind: 'reset' }],
  ['a reset before the status of what was carried out', { kind: 'lost-answer' }],
  ['a reset after the header fields', { kind: 'cut', at: 'headers' }],
  ['a reset within a body of a known length', { kind: 'cut', at: 'length' }],
  ['a reset within a chunked body', { kind: 'cut', at: 'chunked' }],
  ['a body that ends in the middle', { kind: 'cut', at: 'ended' }],
  ...statuses.flatMap((status): [string, Fault][] => [
    [`status ${status}`, { kind: 'status', status }],
    [`status ${status} of what was carried out`, { kind: 'late-status', status }],
  ]),
  ['status 429 with Retry-After', { kind: 'status', status: 429, retryAfter: '0' }],
  [
    'status 503 with a Retry-After that is a date',
    { kind: 'status', status: 503, retryAfter: new Date(0).toUTCString() },
  ],
]
