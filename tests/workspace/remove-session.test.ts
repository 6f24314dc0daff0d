import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Database } from '../../shared/adapters/sqlite/database/database.ts'
import { SqliteCatalog } from '../../shared/adapters/sqlite/catalog.ts'
import { removeSession } from '../../shared/workspace/delete.ts'
import { parseSessionId } from '../../shared/model/path.ts'
import type { BlobStore } from '../../shared/ports/blob-store.ts'
import { maxRemovedAtOnce } from '../../shared/ports/catalog.ts'
import type { FullCatalog } from '../../shared/ports/ports.ts'
import { user, World } from '../ports/catalog/world.ts'

const session = parseSessionId('s')
const caller = { workspaceId: user }
const noBlobs = { remove: async () => undefined } as unknown as BlobStore

/** Counts the rows that each transaction changes. */
async function openCounting(quotaBytes: number) {
  const database = await Database.open(':memory:')
  const world = await World.open(
    async (options) => ({
      catalog: new SqliteCatalog({ database, ...options }),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }),
    quotaBytes,
  )
  const changes = () => Number(database.prepare('SELECT total_changes() AS n').get()?.['n'])
  return { world, changes }
}

async function fill(world: World, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await world.upload(`/sessions/s/${i}`, { maxBytes: 1 })
}

async function removeCounting(count: number, { purge }: { purge: boolean }) {
  const { world, changes } = await openCounting(count)
  await using _ = world
  await fill(world, count)
  const perBatch: number[] = []
  const catalog = new Proxy(world.catalog, {
    get: (target, name) => {
      if (name !== 'removeSession') return bound(target, name as keyof FullCatalog)
      return async (...args: Parameters<FullCatalog['removeSession']>) => {
        const before = changes()
        const removal = await target.removeSession(...args)
        perBatch.push(changes() - before)
        return removal
      }
    },
  })
  const before = changes()
  const ports = { catalog, blobs: noBlobs, now: () => world.now }
  expect(await removeSession(ports, caller, session, { purge })).toBe(true)
  const left = await world.list({ prefix: '/sessions/', deleted: !purge })
  expect(left.files).toHaveLength(purge ? 0 : Math.min(count, 100))
  return { rows: changes() - before, perBatch }
}

function bound(target: FullCatalog, name: keyof FullCatalog): unknown {
  return (target[name] as (...args: unknown[]) => unknown).bind(target)
}

describe('removeSession with many files', () => {
  test.each([{ purge: false }, { purge: true }])(
    'uses bounded transactions and at most linear cost with %j',
    async (options) => {
      const small = await removeCounting(200, options)
      const large = await removeCounting(800, options)
      // One row for the file, one for the counters, and one for the event.
      for (const rows of large.perBatch) expect(rows).toBeLessThanOrEqual(3 * maxRemovedAtOnce)
      expect(large.perBatch).toHaveLength(800 / maxRemovedAtOnce + 1)
      expect(large.rows).toBeLessThanOrEqual(4 * small.rows)
    },
  )

  test('does not block other requests', async () => {
    const { world } = await openCounting(3000)
    await using _ = world
    await fill(world, 3000)
    let turns = 0
    const stop = new AbortController()
    const others = (async () => {
      while (!stop.signal.aborted) {
        await world.catalog.usage(user)
        turns += 1
        await setImmediate()
      }
    })()
    const ports = { catalog: world.catalog, blobs: noBlobs, now: () => world.now }
    await removeSession(ports, caller, session)
    stop.abort()
    await others
    expect(turns).toBeGreaterThanOrEqual(3000 / maxRemovedAtOnce)
  })

  test('stops at the end of the budget and continues with the next call', async () => {
    const { world } = await openCounting(1000)
    await using _ = world
    await fill(world, 2 * maxRemovedAtOnce + 1)
    const ports = { catalog: world.catalog, blobs: noBlobs, now: () => world.now }
    const options = { budgetMs: 0 }
    expect(await removeSession(ports, caller, session, options)).toBe(false)
    const left = await world.list({ prefix: '/sessions/', limit: 1000 })
    expect(left.files).toHaveLength(maxRemovedAtOnce + 1)
    expect(await removeSession(ports, caller, session, options)).toBe(false)
    expect(await removeSession(ports, caller, session, options)).toBe(true)
  })
})
