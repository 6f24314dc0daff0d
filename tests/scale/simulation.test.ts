import { expect, test } from 'vitest'
import { defaultLoad, deployed } from './defaults.ts'
import { percentile, simulate, simulateBursts } from './simulation.ts'

const load = { ...defaultLoad, users: 20_000 }
const burst = { at: 0, user: 0, files: 500, parallel: 50 }

test('the simulation of scale returns the same delays for the same seed', () => {
  expect(simulate(load, deployed, 7)).toEqual(simulate(load, deployed, 7))
  expect(simulate(load, deployed, 7)).not.toEqual(simulate(load, deployed, 8))
})

test('a single simulated upload waits only for the second write of its workspace', () => {
  const single = { ...burst, files: 1 }
  const fast = simulateBursts([single], { ...deployed, writesPerSecond: 1e6 }, 1)
  expect([...fast.document, ...fast.scanner]).toEqual([0, 0])
  const { document, commits } = simulateBursts([single], deployed, 1)
  expect(document[0]).toBeLessThan(1)
  expect(commits).toBe(2)
})

test('a simulated burst takes two seconds a file with a commit for each change', () => {
  const { uploads, commits, endsAt } = simulateBursts([burst], { ...deployed, maxGroup: 1 }, 1)
  expect([uploads, commits]).toEqual([500, 1000])
  expect(endsAt).toBeGreaterThanOrEqual(999)
})

test('a simulated burst takes more than ten files a second with group commit', () => {
  const { uploads, endsAt } = simulateBursts([burst], deployed, 1)
  expect(uploads / endsAt).toBeGreaterThan(10)
})

test('more scans at the same time shorten the simulated wait for a scanner', () => {
  const busy = { ...load, users: 500_000 }
  const few = simulate(busy, { ...deployed, scanSlots: 3 }, 1)
  const many = simulate(busy, { ...deployed, scanSlots: 40 }, 1)
  expect(percentile(few.scanner, 0.95)).toBeGreaterThan(percentile(many.scanner, 0.95))
})
