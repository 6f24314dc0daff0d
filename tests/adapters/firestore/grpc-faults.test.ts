import { expect, test } from 'vitest'
import { translateError } from '../../../shared/adapters/firestore/faults.ts'
import { problemResponse } from '../../../shared/http/problem.ts'

const place = { projectId: 'p', databaseId: '(default)' }

test.each([
  ['ABORTED', 10],
  ['DEADLINE_EXCEEDED', 4],
  ['UNAVAILABLE', 14],
  ['RESOURCE_EXHAUSTED', 8],
])('%s of Firestore is answered 503 with Retry-After', async (_, code) => {
  const error = translateError(Object.assign(new Error('no answer'), { code }), place)
  const response = problemResponse(error, { requestId: 'r' })
  expect(response.status).toBe(503)
  expect(response.headers.get('Retry-After')).toBe('5')
  expect(await response.json()).toMatchObject({ type: 'urn:coffer:problem:store-unavailable' })
})
