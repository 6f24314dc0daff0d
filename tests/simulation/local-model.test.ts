import { describe, expect, it } from 'vitest'
import { assertModel } from './assertion.ts'
import { openLocalWorld } from './local-world.ts'

/** `npm run soak:model` runs more. */
const runs = 20
const withinMs = 60_000

describe('local stores (SQLite and the disk)', () => {
  it('match the reference under random schedules, crashes and faults', async () => {
    const tally = await assertModel(openLocalWorld, { runs, withinMs })
    expect(tally.runs).toBeGreaterThanOrEqual(1)
  }, 120_000)
})
