import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startLoop } from '../../../functions/host/loop.ts'
import type { LogEntry } from '../../../shared/observability/log.ts'

const retry = { minMs: 1, maxMs: 4 }

test('logs a failed round and retries it after a pause that doubles', async () => {
  const entries: LogEntry[] = []
  const worked = Promise.withResolvers<void>()
  let rounds = 0
  await using _ = startLoop({
    name: 'The work',
    retry,
    log: (entry) => entries.push(entry),
    async round() {
      rounds += 1
      if (rounds <= 4 || rounds === 6) throw new Error(`round ${rounds}`)
      if (rounds === 7) worked.resolve()
      return rounds === 7 ? 60_000 : 0
    },
  })
  await worked.promise
  expect(entries.map(({ severity, message, error }) => [severity, message, error])).toEqual([
    ['ERROR', 'The work failed; retry in 1 ms', 'Error: round 1'],
    ['ERROR', 'The work failed; retry in 2 ms', 'Error: round 2'],
    ['ERROR', 'The work failed; retry in 4 ms', 'Error: round 3'],
    ['ERROR', 'The work failed; retry in 4 ms', 'Error: round 4'],
    ['ERROR', 'The work failed; retry in 1 ms', 'Error: round 6'],
  ])
})

test('aborts the running round on dispose, waits for it and logs nothing', async () => {
  const entries: LogEntry[] = []
  const begun = Promise.withResolvers<void>()
  let hasEnded = false
  const loop = startLoop({
    name: 'The work',
    log: (entry) => entries.push(entry),
    async round(signal) {
      begun.resolve()
      await once(signal, 'abort')
      hasEnded = true
      throw signal.reason
    },
  })
  await begun.promise
  await loop[Symbol.asyncDispose]()
  expect(hasEnded).toBe(true)
  expect(entries).toEqual([])
})
