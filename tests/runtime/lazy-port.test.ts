import { expect, test } from 'vitest'
import { lazyPort } from '../../shared/runtime/lazy-port.ts'

class Counter {
  #count = 0
  name(): string {
    return 'opened'
  }
  async next(): Promise<number> {
    this.#count += 1
    return this.#count
  }
}

test('opens a lazy port once, at its first asynchronous use', async () => {
  let opened = 0
  const open = async () => {
    opened += 1
    return new Counter()
  }
  const port = lazyPort<Pick<Counter, 'name' | 'next'>>(open, { name: () => 'given' })
  expect([port.name(), opened]).toEqual(['given', 0])
  expect(await Promise.all([port.next(), port.next()])).toEqual([1, 2])
  expect(opened).toBe(1)
})

test('every operation of a lazy port fails if it cannot be opened', async () => {
  const port = lazyPort<Pick<Counter, 'next'>>(() => Promise.reject(new Error('no bucket')), {})
  await expect(port.next()).rejects.toThrow('no bucket')
  await expect(port.next()).rejects.toThrow('no bucket')
})

test('opens a lazy port again after a failed opening', async () => {
  let opened = 0
  const port = lazyPort<Pick<Counter, 'next'>>(async () => {
    opened += 1
    if (opened < 3) throw new Error('no bucket yet')
    return new Counter()
  }, {})
  const failed = await Promise.allSettled([port.next(), port.next()])
  expect([opened, ...failed.map(({ status }) => status)]).toEqual([1, 'rejected', 'rejected'])
  await expect(port.next()).rejects.toThrow('no bucket yet')
  expect(await port.next()).toBe(1)
  expect(await port.next()).toBe(2)
  expect(opened).toBe(3)
})

test('a lazy port is not a thenable', async () => {
  const port = lazyPort<Pick<Counter, 'next'>>(async () => new Counter(), {})
  const awaited = await Promise.resolve(port)
  expect(await awaited.next()).toBe(1)
})
