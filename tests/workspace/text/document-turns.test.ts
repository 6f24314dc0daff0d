import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openDocumentTurns } from '../../../shared/workspace/text/document-turns.ts'

const signal = new AbortController().signal

test('runs one document of a workspace and two of all at once', async () => {
  const inTurn = openDocumentTurns()
  const running: string[] = []
  const seen: string[][] = []
  const work = (id: string) => async () => {
    running.push(id)
    seen.push([...running])
    for (let i = 0; i < 5; i++) await setImmediate()
    running.splice(running.indexOf(id), 1)
  }
  const ids = ['a', 'a', 'a', 'b', 'c', 'd']
  await Promise.all(ids.map((id) => inTurn(id, signal, work(id))))
  expect(seen).toHaveLength(ids.length)
  for (const together of seen) {
    expect(together.length).toBeLessThanOrEqual(2)
    expect(new Set(together).size).toBe(together.length)
  }
})

test('runs nothing for a call that ends while it waits', async () => {
  const inTurn = openDocumentTurns()
  const { promise, resolve } = Promise.withResolvers<void>()
  const first = inTurn('a', signal, () => promise)
  const ended = new AbortController()
  let ran = false
  const second = inTurn('a', ended.signal, async () => void (ran = true))
  ended.abort(new Error('left'))
  resolve()
  await first
  await expect(second).rejects.toThrow('left')
  expect(ran).toBe(false)
})
