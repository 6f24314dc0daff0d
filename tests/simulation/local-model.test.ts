import { describe, expect, it } from 'vitest'
import { assertModel } from './assertion.ts'
import { openLocalWorld } from './local-world.ts'

/** More with `npm run soak:model`. */
const runs = 20
const withinMs = 60_000

describe('SQLite and the disk', () => {
  it('do what the rules say, whatever happens in whatever order', async () => {
    const tally = await assertModel(openLocalWorld, { runs, withinMs })
    expect(tally.runs).toBeGreaterThanOrEqual(1)
  }, 120_000)
})
