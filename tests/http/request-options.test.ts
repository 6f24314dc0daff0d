import { waitSeconds } from '../../shared/http/request-options.ts'
import { expect, test } from 'vitest'
import { httpApp } from '../support/http/http-app.ts'

const { app } = httpApp((routes) => routes.get('/wait', (c) => c.json(waitSeconds(c))))

test.each<[string | undefined, number, string | null]>([
  [undefined, 10, null],
  ['wait=0', 0, 'wait=0'],
  ['wait=30', 30, 'wait=30'],
  ['wait=61', 60, 'wait=60'],
  ['wait=999999999', 60, 'wait=60'],
  ['Wait = "5"', 5, 'wait=5'],
  ['respond-async, wait=5', 5, 'wait=5'],
  ['respond-async,wait=5;foo="bar"', 5, 'wait=5'],
  ['foo="a, wait=9", wait=5', 5, 'wait=5'],
  ['wait=5, wait=7', 5, 'wait=5'],
  ['wait=x, wait=7', 7, 'wait=7'],
  ['wait=-1', 10, null],
  ['wait=1.5', 10, null],
  ['wait', 10, null],
  ['waiting=5', 10, null],
  ['wait=99999999999999999999', 10, null],
  [';;;=,', 10, null],
  ['"', 10, null],
  ['', 10, null],
])('Prefer: %s waits %d s and applies %s (RFC 7240)', async (prefer, seconds, applied) => {
  const headers = prefer === undefined ? {} : { Prefer: prefer }
  const response = await app.request('/api/workspace/wait', { headers })
  expect(await response.json()).toBe(seconds)
  expect(response.headers.get('Preference-Applied')).toBe(applied)
})
