import { expect, test, vi } from 'vitest'
import { UnpackingLimits } from '../../../../shared/adapters/clamd/archives/unpacking-limits.ts'

const gibibyte = 1024 ** 3
const reason = (reason: string) => expect.objectContaining({ reason })

test('UnpackingLimits throws after 2 GiB', () => {
  const limits = new UnpackingLimits()
  limits.countBytes(gibibyte)
  limits.countBytes(gibibyte)
  expect(() => limits.countBytes(1)).toThrow(reason('size-limit'))
})

test('UnpackingLimits throws after 10,000 files', () => {
  const limits = new UnpackingLimits()
  for (let count = 0; count < 10_000; count += 1) limits.countFile()
  expect(() => limits.countFile()).toThrow(reason('file-count-limit'))
})

test('UnpackingLimits throws after four minutes', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const limits = new UnpackingLimits()
    vi.advanceTimersByTime(240_000)
    limits.countBytes(1)
    vi.advanceTimersByTime(1)
    expect(() => limits.countBytes(1)).toThrow(reason('time-limit'))
  } finally {
    vi.useRealTimers()
  }
})
