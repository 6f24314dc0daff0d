import { expect, test } from 'vitest'
import { daysLeft } from '../../web/words/days-left.ts'

const deletedAt = '2026-11-01T12:00:00.000Z'

test.each([
  ['2026-11-01T12:00:00Z', '30 days left'],
  ['2026-11-01T11:00:00Z', '30 days left'],
  ['2026-11-01T12:00:01Z', '29 days left'],
  ['2026-11-29T13:00:00Z', '1 day left'],
  ['2026-11-30T13:00:00Z', 'less than a day left'],
  ['2026-12-01T12:00:00Z', 'deleted soon'],
  ['2026-12-09T12:00:00Z', 'deleted soon'],
])('at %s a file of the trash shows "%s"', (now, words) => {
  expect(daysLeft(deletedAt, 30, Date.parse(now))).toBe(words)
})
