import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assertModel } from './assertion.ts'
import { startCloud } from './cloud-world.ts'

/** More with `npm run soak:model`. */
const runs = 3
const withinMs = 60_000

describe('Firestore and Cloud Storage', () => {
  let cloud: Awaited<ReturnType<typeof startCloud>>
  beforeAll(async () => {
    cloud = await startCloud()
  })
  afterAll(() => cloud[Symbol.asyncDispose]())

  it('do what the rules say, whatever happens in whatever order', async () => {
    const tally = await assertModel(cloud.open, { runs, withinMs })
    expect(tally.runs).toBeGreaterThanOrEqual(1)
  }, 120_000)
})
