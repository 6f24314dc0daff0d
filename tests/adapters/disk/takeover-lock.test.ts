import { describe, expect, test } from 'vitest'
import { TakeoverLock } from '../../../shared/adapters/disk/takeover-lock.ts'

/** Work that ends only when `end` is called, not when its signal aborts. */
function work(log: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const run = async (signal: AbortSignal) => {
    log.push(`${name} begins`)
    signal.addEventListener('abort', () => log.push(`${name} is stopped`))
    await promise
    log.push(`${name} ends`)
  }
  return { run, end: resolve }
}

describe('TakeoverLock', () => {
  test('aborts the running request and starts the later one when it has ended', async () => {
    const requests = new TakeoverLock()
    const log: string[] = []
    const [first, second] = [work(log, 'first'), work(log, 'second')]
    const running = [requests.run('a', first.run)]
    await expect.poll(() => log).toEqual(['first begins'])
    running.push(requests.run('a', second.run))
    await expect.poll(() => log).toContain('first is stopped')
    second.end()
    first.end()
    await Promise.all(running)
    expect(log).toEqual([
      'first begins',
      'first is stopped',
      'first ends',
      'second begins',
      'second ends',
    ])
  })

  test('rejects a waiting request when a later one arrives', async () => {
    const requests = new TakeoverLock()
    const log: string[] = []
    const [first, second, third] = [work(log, 'first'), work(log, 'second'), work(log, 'third')]
    const running = [first, second, third].map(({ run }) => requests.run('a', run))
    for (const { end } of [first, second, third]) end()
    const outcomes = await Promise.allSettled(running)
    expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: { code: 'invalid-request' } })
    expect(log).not.toContain('second begins')
    expect(log.at(-1)).toBe('third ends')
  })

  test('runs requests of different keys concurrently', async () => {
    const requests = new TakeoverLock()
    const log: string[] = []
    const [first, second] = [work(log, 'first'), work(log, 'second')]
    const running = [requests.run('a', first.run), requests.run('b', second.run)]
    await expect.poll(() => log).toEqual(['first begins', 'second begins'])
    first.end()
    second.end()
    await Promise.all(running)
    expect(log).not.toContain('first is stopped')
  })
})
