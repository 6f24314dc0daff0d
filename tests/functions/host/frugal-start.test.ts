import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const program = new URL('../../../functions/host/frugal-start.js', import.meta.url).href

/** Prints the largest sizes of the space of new objects while objects are kept: during the start, and after it. */
const source = `
  import { setTimeout } from 'node:timers/promises'
  import { getHeapSpaceStatistics } from 'node:v8'
  import { startFrugally } from ${JSON.stringify(program)}
  const newSpace = () => getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size
  const work = () => {
    let largest = 0
    for (let round = 0; round < 50; round++) {
      const kept = Array.from({ length: 20_000 }, (_, number) => ({ number }))
      largest = Math.max(largest, newSpace() + 0 * kept.length)
    }
    return largest
  }
  startFrugally()
  const during = work()
  await setTimeout(2200)
  process.stdout.write(JSON.stringify([during, work()]))
`

test('startFrugally keeps the space of new objects small during the start only', async () => {
  const args = ['--input-type=module', '--eval', source]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const [during = 0, after = 0] = JSON.parse(stdout) as number[]
  expect(during).toBeGreaterThan(0)
  expect(during).toBeLessThan(5_000_000)
  expect(after).toBeGreaterThan(2 * during)
})
