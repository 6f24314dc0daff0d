import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Database } from '../../shared/adapters/local/database.ts'
import { SqliteCatalog } from '../../shared/adapters/local/sqlite-catalog.ts'
import { user, World } from './catalog-world.ts'

test('a listing with a large offset among folders lets other requests run', async () => {
  const database = await Database.open(':memory:')
  await using world = await World.open(async (options) => ({
    catalog: new SqliteCatalog({ database, ...options }),
    [Symbol.asyncDispose]: async () => database[Symbol.dispose](),
  }))
  for (let i = 0; i < 3500; i += 1) {
    await world.reserve(`/f${String(i).padStart(4, '0')}/a`, { maxBytes: 0, overwrite: true })
    if (i % 500 === 499) await settleAll(world)
  }
  let turns = 0
  const stop = new AbortController()
  const others = (async () => {
    while (!stop.signal.aborted) {
      turns += 1
      await setImmediate()
    }
  })()
  const page = await world.list({ prefix: '/', folders: true, offset: 3400, limit: 50 })
  stop.abort()
  await others
  expect(page.folders[0]).toBe('/f3400/')
  expect(page.folders).toHaveLength(50)
  expect(turns).toBeGreaterThanOrEqual(4)
})

async function settleAll(world: World): Promise<void> {
  const { files } = await world.list({ state: 'pending', limit: 1000 })
  for (const file of files) if (file.workspaceId === user) await world.settle(file)
}
