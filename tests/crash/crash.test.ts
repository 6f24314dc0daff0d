import { describe, test, vi } from 'vitest'
import { crashEverywhere, type Sample } from './crash-rounds.ts'
import { scenarios } from './scenarios.ts'
import { crashFirstStart, crashRecovery } from './starts.ts'

vi.setConfig({ maxConcurrency: 2, testTimeout: 180_000 })

/** `npm run soak` tests every point. Each run of the tests takes a different sample. */
const stride = Number(process.env['CRASH_STRIDE'] ?? 24)
const offset = Number(process.env['CRASH_OFFSET'] ?? Math.floor(Math.random() * stride))

const cases = [
  ...scenarios.map(({ name, minPoints, ...scenario }) => ({
    name,
    minPoints,
    crash: (sample: Sample) => crashEverywhere({ name, minPoints, ...scenario }, sample),
  })),
  { name: 'the first start', crash: crashFirstStart, minPoints: 60 },
  { name: 'a start after a crash', crash: crashRecovery, minPoints: 80 },
]

describe.concurrent('kill -9 at every await', () => {
  test.for(cases)('of: $name', async ({ name, crash, minPoints }, { expect }) => {
    // A short scenario has few points, so take at least some of them in every run.
    const taken = { stride: Math.min(stride, Math.ceil(minPoints / 4)), offset }
    const { points, crashes, findings } = await crash(taken)
    console.log(`${name}: ${crashes} of ${points} points, CRASH_OFFSET=${offset}`)
    expect(findings, `CRASH_STRIDE=${stride} CRASH_OFFSET=${offset}`).toEqual([])
    expect(points).toBeGreaterThanOrEqual(minPoints)
    expect(crashes).toBeGreaterThan(0)
  })
})
