import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { eventStream } from '../../../shared/http/events/event-stream.ts'
import type { EventBatch } from '../../../shared/workspace/events/follow-events.ts'

const batch = (next: number): EventBatch => ({ events: [], next })
const text = (chunk: { value?: Uint8Array | undefined }) => new TextDecoder().decode(chunk.value)
const longMs = 60_000

function opened(batches: AsyncIterator<EventBatch>, heartbeatMs = longMs) {
  const ended = vi.fn<(error?: unknown) => void>()
  const stream = eventStream(batches, { first: batch(1), heartbeatMs, ended })
  return { reader: stream.getReader(), ended }
}

test('begins with the time to wait before a reconnection and the first batch', async () => {
  const { reader } = opened({ next: () => new Promise(() => undefined) })
  expect(text(await reader.read())).toMatch(/^retry: \d+\n\nid: 1\n\n$/)
})

test('reads a batch only when the reader takes it, so a slow reader holds one', async () => {
  const next = vi.fn<() => Promise<IteratorResult<EventBatch>>>()
  next.mockImplementation(async () => ({ value: batch(2), done: false }))
  const { reader } = opened({ next })
  await delay(10)
  expect(next).not.toHaveBeenCalled()
  await reader.read()
  await delay(10)
  expect(next).not.toHaveBeenCalled()
  expect(text(await reader.read())).toBe('id: 2\n\n')
  await delay(10)
  expect(next).toHaveBeenCalledTimes(1)
})

test('sends heartbeats while no batch comes, and loses none that comes later', async () => {
  const later = Promise.withResolvers<IteratorResult<EventBatch>>()
  const { reader } = opened({ next: () => later.promise }, 5)
  await reader.read()
  for (let i = 0; i < 3; i += 1) expect(text(await reader.read())).toBe(':\n\n')
  later.resolve({ value: batch(2), done: false })
  await expect.poll(async () => text(await reader.read())).toBe('id: 2\n\n')
})

test('ends without an error when the batches fail, and reports the error once', async () => {
  const error = new Error('The store is gone')
  const { reader, ended } = opened({ next: () => Promise.reject(error) })
  await reader.read()
  expect(await reader.read()).toEqual({ done: true, value: undefined })
  expect(ended.mock.calls).toEqual([[error]])
})

test('ends when the batches end', async () => {
  const { reader, ended } = opened({ next: async () => ({ value: undefined, done: true }) })
  await reader.read()
  expect(await reader.read()).toMatchObject({ done: true })
  expect(ended.mock.calls).toEqual([[undefined]])
})

test('reports the end once when the reader cancels while a batch is awaited', async () => {
  const later = Promise.withResolvers<IteratorResult<EventBatch>>()
  const { reader, ended } = opened({ next: () => later.promise })
  await reader.read()
  const reading = reader.read()
  await delay(5)
  await reader.cancel()
  later.reject(new Error('aborted'))
  await reading
  await delay(5)
  expect(ended.mock.calls).toEqual([[]])
})
