import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Downloads } from '../../../shared/model/shares/share.ts'
import type { Shares } from '../../../shared/ports/shares.ts'
import { WorkspaceError } from '../../../shared/model/errors.ts'
import {
  countingMs,
  openDownloadCounter,
} from '../../../shared/workspace/shares/count-downloads.ts'

/** Records what the counter writes, or fails. */
class Writes {
  readonly written: [id: string, count: number][] = []
  fails = false

  async countDownloads(id: string, { count }: Downloads): Promise<void> {
    if (this.fails) throw new WorkspaceError('store-unavailable', 'down')
    this.written.push([id, count])
  }

  get counter() {
    return openDownloadCounter({ shares: this as unknown as Shares, now: () => new Date() })
  }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('the counter of downloads', () => {
  test('writes the first download at once, and those of the next window together', async () => {
    const writes = new Writes()
    const { counter } = writes
    await counter.add('a')
    expect(writes.written).toEqual([['a', 1]])
    for (let i = 0; i < 1000; i += 1) await counter.add('a')
    await counter.add('b')
    await vi.advanceTimersByTimeAsync(countingMs - 1)
    expect(writes.written).toEqual([
      ['a', 1],
      ['b', 1],
    ])
    await vi.advanceTimersByTimeAsync(1)
    expect(writes.written.slice(2)).toEqual([['a', 1000]])
    await counter.add('a')
    expect(writes.written).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(countingMs)
    expect(writes.written.slice(3)).toEqual([['a', 1]])
    await vi.advanceTimersByTimeAsync(countingMs)
    await counter.add('a')
    expect(writes.written.slice(4)).toEqual([['a', 1]])
    expect(vi.getTimerCount()).toBe(1)
  })

  test('keeps what cannot be written, and writes it later', async () => {
    const writes = new Writes()
    const { counter } = writes
    writes.fails = true
    await counter.add('a')
    await counter.add('a')
    await vi.advanceTimersByTimeAsync(countingMs)
    await counter.add('a')
    writes.fails = false
    await vi.advanceTimersByTimeAsync(countingMs)
    expect(writes.written).toEqual([['a', 3]])
  })

  test('keeps what a slow write could not write, after its window', async () => {
    const writes = new Writes()
    const { promise, reject } = Promise.withResolvers<void>()
    const slow = { countDownloads: () => promise }
    const counter = openDownloadCounter({
      shares: slow as unknown as Shares,
      now: () => new Date(),
    })
    const adding = counter.add('a')
    await vi.advanceTimersByTimeAsync(2 * countingMs)
    reject(new Error('The answer is lost'))
    await adding
    Object.assign(slow, { countDownloads: writes.countDownloads.bind(writes) })
    await vi.advanceTimersByTimeAsync(countingMs)
    expect(writes.written).toEqual([['a', 1]])
  })

  test('flush writes what is counted', async () => {
    const writes = new Writes()
    const { counter } = writes
    for (const id of ['a', 'a', 'a', 'b']) await counter.add(id)
    await counter.flush()
    expect(writes.written.slice(2)).toEqual([['a', 2]])
    await vi.advanceTimersByTimeAsync(countingMs)
    expect(writes.written).toHaveLength(3)
  })
})
