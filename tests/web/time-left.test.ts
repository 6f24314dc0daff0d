import { expect, test } from 'vitest'
import { timeLeft } from '../../web/words/time-left.ts'

const since = { at: 0, bytes: 1000 }

test('the time left follows the rate since the sending began, without the bytes before', () => {
  const job = { sizeBytes: 21_000, sentBytes: 2000, since }
  expect(timeLeft(job, 10_000)).toBe(' · 4 minutes left')
  expect(timeLeft({ ...job, sentBytes: 11_000 }, 10_000)).toBe(' · less than a minute left')
})

test('the time left is not shown before the rate says something', () => {
  expect(timeLeft({ sizeBytes: 100, sentBytes: 50 }, 10_000)).toBe('')
  expect(timeLeft({ sizeBytes: 100_000, sentBytes: 2000, since }, 2000)).toBe('')
  expect(timeLeft({ sizeBytes: 100_000, sentBytes: 1000, since }, 10_000)).toBe('')
})
