import { describe, inject, test, vi } from 'vitest'
import { crashEverywhere, everyNth, type Crashes, type Sample } from './crash-rounds.ts'
import { scenarios } from './scenarios.ts'
import { crashFirstStart, crashRecovery } from './starts.ts'

vi.setConfig({ maxConcurrency: 2, testTimeout: 180_000 })

/** Crashes of each scenario, at points with equal distances. `npm run soak` tests every point. */
const perScenario = 3
/** Each run of the tests takes other points. */
const offset = Number(process.env['CRASH_OFFSET'] ?? Math.floor(Math.random() * 1000))
const sample: Sample = (points) =>
  everyNth({ stride: Math.max(1, Math.floor(points / perScenario)), offset })(points)

const cases = [
  ...scenarios.map(({ name, minPoints, ...scenario }) => ({
    name,
    minPoints,
    crash: (crashes: Crashes) => crashEverywhere({ name, minPoints, ...scenario }, crashes),
  })),
  { name: 'the first start', crash: crashFirstStart, minPoints: 60 },
  { name: 'a start after a crash', crash: crashRecovery, minPoints: 80 },
]

describe.concurrent('kill -9 at every await', () => {
  test.for(cases)('of: $name', async ({ name, crash, minPoints }, { expect }) => {
    const { points, crashes, findings } = await crash({ program: inject('crashingServer'), sample })
    console.log(`${name}: ${crashes} of ${points} points, CRASH_OFFSET=${offset}`)
    expect(findings, `CRASH_OFFSET=${offset}`).toEqual([])
    expect(points).toBeGreaterThanOrEqual(minPoints)
    // The number of points varies from run to run, so that the last one may not be reached.
    expect(crashes).toBeGreaterThanOrEqual(perScenario - 1)
  })
})
