import { getEventListeners } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SqliteCatalog } from '../../../shared/adapters/sqlite/catalog.ts'
import { Database } from '../../../shared/adapters/sqlite/database/database.ts'
import { appendEvent } from '../../../shared/adapters/sqlite/trail/append.ts'
import { trailSignals } from '../../../shared/adapters/sqlite/trail/signals.ts'
import { adjustCounters } from '../../../shared/adapters/sqlite/workspaces.ts'
import type { FileId, WorkspacePath } from '../../../shared/model/ids.ts'
import { minEventsKept } from '../../../shared/model/trail/event.ts'
import { noCounters } from '../../../shared/model/usage.ts'
import { codeOf, user, World } from '../../ports/catalog/world.ts'

/** The catalog of one process on a directory. */
function worldIn(directory: string): Promise<World> {
  return World.open(async (options) => {
    const database = await Database.open(directory)
    const catalog = new SqliteCatalog({ database, ...options })
    return { catalog, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
  })
}

test('awaitPage wakes for an event of another process', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'coffer-trail-'))
  try {
    await using one = await worldIn(directory)
    await using other = await worldIn(directory)
    const page = one.trail.awaitPage(user, { after: 0, limit: 5 }, AbortSignal.timeout(10_000))
    await other.reserve('/a')
    expect(await page).toMatchObject({ events: [{ type: 'created', path: '/a' }], latest: 1 })
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('calls of awaitPage that are aborted leave no listener', async () => {
  const database = await Database.open(':memory:')
  await using world = await World.open(async (options) => ({
    catalog: new SqliteCatalog({ database, ...options }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }))
  const { emitter } = trailSignals(database)
  const controller = new AbortController()
  const waiting = Array.from({ length: 500 }, () =>
    world.trail.awaitPage(user, { after: 0, limit: 1 }, controller.signal),
  )
  await expect.poll(() => emitter.listenerCount(user)).toBeGreaterThanOrEqual(500)
  controller.abort(new Error('enough'))
  const outcomes = await Promise.allSettled(waiting)
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  expect(emitter.listenerCount(user)).toBe(0)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
})

test('each workspace keeps exactly its latest events, in any order of changes', async () => {
  const database = await Database.open(':memory:')
  await using world = await World.open(async (options) => ({
    catalog: new SqliteCatalog({ database, ...options }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }))
  const users = [user, 'user-2']
  for (const workspaceId of users) await world.reserve('/a', { workspaceId })
  const common = { at: world.now.toISOString(), type: 'updated' as const, fileId: 'id' as FileId }
  const entry = { ...common, path: '/a' as WorkspacePath }
  const added = 1000
  await database.write(() => {
    for (let sequence = 2; sequence <= minEventsKept + added; sequence += 1) {
      const counters = { before: noCounters, after: noCounters }
      for (const workspaceId of users) {
        adjustCounters(database, workspaceId, { ...counters, events: 1 })
        appendEvent(database, workspaceId, entry)
      }
    }
  })
  const query = { limit: 1 }
  expect((await world.trail.page(user, { ...query, after: added })).events).toHaveLength(1)
  const expired = world.trail.page(user, { ...query, after: added - 1 })
  expect(await codeOf(expired)).toBe('events-expired')
  const stored = database
    .prepare('SELECT count(*) AS events FROM trail GROUP BY workspace_id')
    .all()
  expect(stored.map(({ events }) => events)).toEqual([minEventsKept, minEventsKept])
})

test('purgeExpired deletes the expired rows of every workspace, in steps', async () => {
  const database = await Database.open(':memory:')
  await using world = await World.open(async (options) => ({
    catalog: new SqliteCatalog({ database, ...options }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }))
  const users = Array.from({ length: 12 }, (_, i) => `user-${i}`)
  for (const workspaceId of users) await world.upload('/a', { workspaceId })
  world.advance(8 * 24 * 3600 * 1000)
  await world.upload('/b')
  let purges = 0
  let from: string | undefined
  do {
    const { next, purged } = await world.trail.purgeExpired({ limit: 5, from })
    purges += purged
    from = next
  } while (from !== undefined)
  expect(purges).toBe(24)
  const rows = database.prepare('SELECT workspace_id AS id FROM trail').all()
  expect(rows.map(({ id }) => id)).toEqual([user, user])
})
