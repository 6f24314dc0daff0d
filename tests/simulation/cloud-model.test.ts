import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assertModel } from './assertion.ts'
import { startCloud } from './cloud-world.ts'

/** `npm run soak:model` runs more. */
const runs = 3
const withinMs = 60_000

describe('cloud stores (Firestore and Cloud Storage)', () => {
  let cloud: Awaited<ReturnType<typeof startCloud>>
  beforeAll(async () => {
    cloud = await startCloud()
  })
  afterAll(() => cloud[Symbol.asyncDispose]())

  it('match the reference under random schedules, crashes and faults', async () => {
    const tally = await assertModel(cloud.open, { runs, withinMs })
    expect(tally.runs).toBeGreaterThanOrEqual(1)
  }, 120_000)
})
