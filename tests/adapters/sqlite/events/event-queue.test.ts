import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Database } from '../../../../shared/adapters/sqlite/database/database.ts'
import { EventQueue } from '../../../../shared/adapters/sqlite/events/event-queue.ts'
import type { FinalizeEvent } from '../../../../shared/ports/blob-store.ts'

let directory: string
let skewMs: number
let errors: unknown[]
const now = () => new Date(Date.now() + skewMs)

beforeEach(async () => {
  skewMs = 0
  errors = []
  directory = await mkdtemp(join(tmpdir(), 'coffer-queue-'))
})
afterEach(async () => {
  if (errors.length > 0) throw new AggregateError(errors)
  await rm(directory, { recursive: true })
})

const event = (object: number | string): FinalizeEvent => ({
  storagePath: `local://${object}`,
  generation: '1',
})
/** Collects failures that the test does not expect. */
const unexpected = (error: unknown) => void errors.push(error)
const ignore = () => {}
const patiently = { timeout: 15_000, interval: 10 }

/** A queue with a separate connection, as in another process. */
async function connect() {
  const database = await Database.open(directory)
  const queue = new EventQueue({ database, now })
  const dispose = async () => {
    await queue[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  }
  return { queue, database, [Symbol.asyncDispose]: dispose }
}

describe('EventQueue', () => {
  test('handles a pushed event, and removes it when its handler resolves', async () => {
    await using first = await connect()
    const { queue } = first
    const handled: FinalizeEvent[] = []
    const gate = Promise.withResolvers<void>()
    queue.start(
      async (delivered) => {
        handled.push(delivered)
        await gate.promise
      },
      { concurrency: 2, onError: unexpected },
    )
    await queue.push(event('a'))
    await vi.waitFor(() => expect(handled).toEqual([event('a')]), patiently)
    expect(queue.length()).toBe(1)
    gate.resolve()
    await vi.waitFor(() => expect(queue.length()).toBe(0), patiently)
  })

  test('limits a workspace to its fair share, and alternates between workspaces', async () => {
    await using opened = await connect()
    const { queue } = opened
    const begun: string[] = []
    const gates = new Map<string, () => void>()
    const files = ['ann/1', 'ann/2', 'ann/3', 'ann/4', 'ann/5', 'ann/6']
    for (const file of files) await queue.push(event(file))
    queue.start(
      async ({ storagePath }) => {
        begun.push(storagePath.slice('local://'.length))
        await new Promise<void>((resolve) => gates.set(storagePath, resolve))
      },
      { concurrency: 4, onError: unexpected },
    )
    const end = (file: string) => gates.get(`local://${file}`)?.()
    await vi.waitFor(() => expect(begun).toEqual(['ann/1', 'ann/2', 'ann/3']), patiently)
    await queue.push(event('bob/1'))
    await vi.waitFor(() => expect(begun).toContain('bob/1'), patiently)
    await queue.push(event('cat/1'))
    end('ann/1')
    await vi.waitFor(() => expect(begun.slice(4)).toEqual(['cat/1']), patiently)
    end('bob/1')
    await vi.waitFor(() => expect(begun.slice(5)).toEqual(['ann/4']), patiently)
    const all = [...files, 'bob/1', 'cat/1']
    await vi.waitFor(() => {
      for (const file of all) end(file)
      expect(begun.toSorted()).toEqual(all)
      expect(queue.length()).toBe(0)
    }, patiently)
  })

  test('handles a push of the same process without polling', async () => {
    await using opened = await connect()
    const { queue } = opened
    const handled = Promise.withResolvers<FinalizeEvent>()
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      queue.start(async (delivered) => handled.resolve(delivered), {
        concurrency: 1,
        onError: unexpected,
      })
      await setImmediate()
      await queue.push(event('a'))
      expect(await handled.promise).toEqual(event('a'))
    } finally {
      vi.useRealTimers()
    }
  })

  test('hands an event to a free handler in the transaction of its push', async () => {
    await using opened = await connect()
    const { queue, database } = opened
    const handled = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const handler = async () => {
      handled.resolve()
      await gate.promise
    }
    queue.start(handler, { concurrency: 4, onError: unexpected })
    const exec = vi.spyOn(DatabaseSync.prototype, 'exec')
    await queue.push(event('a'))
    await handled.promise
    expect(exec.mock.calls.filter(([sql]) => sql === 'COMMIT')).toHaveLength(1)
    exec.mockRestore()
    const row = database.prepare('SELECT attempts, owner, available_at FROM events').get()
    expect(row).toMatchObject({ attempts: 1, owner: expect.any(String) as string })
    expect(Number(row?.['available_at'])).toBeGreaterThan(now().getTime())
    gate.resolve()
    await vi.waitFor(() => expect(queue.length()).toBe(0), patiently)
  })

  test('handles an event that is due before a pushed one', async () => {
    await using other = await connect()
    await using opened = await connect()
    const handled: string[] = []
    opened.queue.start(async ({ storagePath }) => void handled.push(storagePath), {
      concurrency: 1,
      onError: unexpected,
    })
    await setImmediate()
    await other.queue.push(event('due'))
    await opened.queue.push(event('pushed'))
    await vi.waitFor(() => expect(handled).toEqual(['local://due', 'local://pushed']), patiently)
  })

  test('delivers events after a restart that were pushed before it', async () => {
    const before = await connect()
    await before.queue.push(event('a'))
    await before.queue.push(event('b'))
    await before[Symbol.asyncDispose]()
    await using after = await connect()
    expect(after.queue.length()).toBe(2)
    const handled = new Set<string>()
    after.queue.start(async ({ storagePath }) => void handled.add(storagePath), {
      concurrency: 1,
      onError: unexpected,
    })
    await vi.waitFor(() => expect(after.queue.length()).toBe(0), patiently)
    expect(handled).toEqual(new Set(['local://a', 'local://b']))
  })

  test('delivers an event again until its handler succeeds', async () => {
    await using opened = await connect()
    const { queue } = opened
    const failures: unknown[] = []
    let calls = 0
    queue.start(
      async () => {
        calls += 1
        if (calls <= 3) throw new Error(`failure ${calls}`)
      },
      { concurrency: 1, onError: (error, failed) => failures.push([String(error), failed]) },
    )
    await queue.push(event('a'))
    await vi.waitFor(() => expect(queue.length()).toBe(0), patiently)
    expect(calls).toBe(4)
    expect(failures).toEqual([1, 2, 3].map((n) => [`Error: failure ${n}`, event('a')]))
  })

  test('stores the attempts and the time of the next one', async () => {
    const before = await connect()
    await before.queue.push(event('a'))
    let calls = 0
    const failing = async () => {
      calls += 1
      throw new Error('down')
    }
    before.queue.start(failing, { concurrency: 1, onError: ignore })
    await vi.waitFor(() => expect(calls).toBe(3), patiently)
    await before[Symbol.asyncDispose]()
    await using after = await connect()
    const row = after.database.prepare('SELECT attempts, available_at, owner FROM events').get()
    expect(row).toMatchObject({ attempts: 3, owner: null })
    expect(Number(row?.['available_at'])).toBeGreaterThan(0)
    const oldest = after.queue.oldest()?.getTime()
    expect(Number(row?.['available_at'])).toBeGreaterThan(oldest ?? Infinity)
  })

  test('limits the delay between attempts to a minute', async () => {
    await using opened = await connect()
    const { queue, database } = opened
    await queue.push(event('a'))
    database.prepare('UPDATE events SET attempts = 60').run()
    let failedAt = Infinity
    const failing = async () => {
      failedAt = now().getTime()
      throw new Error('down')
    }
    queue.start(failing, { concurrency: 1, onError: ignore })
    const sql = 'SELECT available_at FROM events WHERE owner IS NULL AND attempts > 60'
    await vi.waitFor(() => expect(database.prepare(sql).get()).toBeDefined(), patiently)
    const delayMs = Number(database.prepare(sql).get()?.['available_at']) - failedAt
    expect(delayMs).toBeGreaterThanOrEqual(30_000)
    expect(delayMs).toBeLessThan(61_000)
  })

  test('handles other events while one fails', async () => {
    await using opened = await connect()
    const { queue } = opened
    const handled: string[] = []
    queue.start(
      async ({ storagePath }) => {
        if (storagePath === 'local://bad') throw new Error('bad')
        handled.push(storagePath)
      },
      { concurrency: 1, onError: ignore },
    )
    await queue.push(event('bad'))
    for (let i = 0; i < 5; i++) await queue.push(event(i))
    await vi.waitFor(() => expect(handled).toHaveLength(5), patiently)
    expect(queue.length()).toBe(1)
  })

  test('handles at most `concurrency` events at a time', async () => {
    await using opened = await connect()
    const { queue } = opened
    let running = 0
    let most = 0
    for (let i = 0; i < 20; i++) await queue.push(event(i))
    queue.start(
      async () => {
        most = Math.max(most, ++running)
        await setImmediate()
        running -= 1
      },
      { concurrency: 3, onError: unexpected },
    )
    await vi.waitFor(() => expect(queue.length()).toBe(0), patiently)
    expect(most).toBe(3)
  })

  test('handles each event once when two processes share the queue', async () => {
    await using first = await connect()
    await using second = await connect()
    await using pusher = await connect()
    const handled: string[] = []
    for (const { queue } of [first, second]) {
      queue.start(async ({ storagePath }) => void handled.push(storagePath), {
        concurrency: 4,
        onError: unexpected,
      })
    }
    const paths = Array.from({ length: 50 }, (_, i) => `local://${i}`)
    for (const i of paths.keys()) await pusher.queue.push(event(i))
    await vi.waitFor(() => expect(pusher.queue.length()).toBe(0), patiently)
    expect(handled.toSorted()).toEqual(paths.toSorted())
  })

  test('delivers the event of a dead process again when its lease expires', async () => {
    await using dead = await connect()
    await dead.queue.push(event('a'))
    // Simulates a killed process: nothing renews this lease.
    dead.database
      .prepare(`UPDATE events SET owner = 'dead', available_at = ?`)
      .run(now().getTime() + 3000)
    await using other = await connect()
    const handled: FinalizeEvent[] = []
    other.queue.start(async (delivered) => void handled.push(delivered), {
      concurrency: 1,
      onError: unexpected,
    })
    expect(handled).toEqual([])
    skewMs = 4000
    await vi.waitFor(() => expect(handled).toEqual([event('a')]), patiently)
  })

  test('renews the lease of an event whose handler takes longer than the lease', async () => {
    await using slow = await connect()
    await using other = await connect()
    const gate = Promise.withResolvers<void>()
    let calls = 0
    const handler = async () => {
      calls += 1
      await gate.promise
    }
    await slow.queue.push(event('a'))
    slow.queue.start(handler, { concurrency: 1, onError: unexpected })
    await vi.waitFor(() => expect(calls).toBe(1), patiently)
    const leaseEnd = () =>
      Number(slow.database.prepare('SELECT available_at FROM events').get()?.['available_at'])
    const first = leaseEnd()
    await vi.waitFor(() => expect(leaseEnd()).toBeGreaterThan(first), patiently)
    other.queue.start(handler, { concurrency: 1, onError: unexpected })
    await other.queue.push(event('b'))
    await vi.waitFor(() => expect(calls).toBe(2), patiently)
    gate.resolve()
    await vi.waitFor(() => expect(other.queue.length()).toBe(0), patiently)
    expect(calls).toBe(2)
  })

  test('coalesces an event with an equal queued one, but not with one that is being handled', async () => {
    await using opened = await connect()
    const { queue } = opened
    await queue.push(event('a'))
    await queue.push(event('a'))
    await queue.push({ ...event('a'), generation: '2' })
    expect(queue.length()).toBe(2)
    const gate = Promise.withResolvers<void>()
    let calls = 0
    const handler = async () => {
      calls += 1
      await gate.promise
    }
    queue.start(handler, { concurrency: 4, onError: unexpected })
    await vi.waitFor(() => expect(calls).toBe(2), patiently)
    await queue.push(event('a'))
    await vi.waitFor(() => expect(calls).toBe(3), patiently)
    gate.resolve()
    await vi.waitFor(() => expect(queue.length()).toBe(0), patiently)
  })

  test('waits for running handlers on disposal, and claims no more events', async () => {
    const opened = await connect()
    const gate = Promise.withResolvers<void>()
    const handled: string[] = []
    await opened.queue.push(event('a'))
    await opened.queue.push(event('b'))
    opened.queue.start(
      async ({ storagePath }) => {
        handled.push(storagePath)
        await gate.promise
      },
      { concurrency: 1, onError: unexpected },
    )
    await vi.waitFor(() => expect(handled).toEqual(['local://a']), patiently)
    let isDisposed = false
    const disposed = opened[Symbol.asyncDispose]().then(() => (isDisposed = true))
    for (let i = 0; i < 10; i++) await setImmediate()
    expect(isDisposed).toBe(false)
    gate.resolve()
    await disposed
    expect(handled).toEqual(['local://a'])
    await using after = await connect()
    expect(after.queue.length()).toBe(1)
  })

  test('reports its length and the time of its oldest event', async () => {
    await using opened = await connect()
    const { queue } = opened
    expect([queue.length(), queue.oldest()]).toEqual([0, undefined])
    const before = now()
    await queue.push(event('a'))
    skewMs = 60_000
    await queue.push(event('b'))
    expect(queue.length()).toBe(2)
    expect(queue.oldest()?.getTime()).toBeGreaterThanOrEqual(before.getTime())
    expect(queue.oldest()?.getTime()).toBeLessThan(before.getTime() + 60_000)
  })
})
