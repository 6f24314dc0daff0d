import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Database } from '../../../shared/adapters/sqlite/database/database.ts'
import { SqliteCatalog } from '../../../shared/adapters/sqlite/catalog.ts'
import type { ListQuery } from '../../../shared/model/listing.ts'
import { user, World } from '../../ports/catalog/world.ts'

/** More than two statements read at most. */
const fileCount = 4500
const perFolder = 3

function pathOf(index: number): string {
  const [file, folder] = [index, Math.floor(index / perFolder)].map((number) =>
    String(number).padStart(4, '0'),
  )
  return `/f${folder}/${file}-${index % 1500 === 1499 ? 'rare' : 'usual'}`
}

const all = Array.from({ length: fileCount }, (_, index) => pathOf(index))
const rare = all.filter((path) => path.includes('rare'))

describe('SqliteCatalog with thousands of files', () => {
  let world: World

  beforeAll(async () => {
    const database = await Database.open(':memory:')
    world = await World.open(async (options) => ({
      catalog: new SqliteCatalog({ database, ...options }),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }))
    for (const [index, path] of all.entries()) {
      await world.reserve(path, { maxBytes: 0, onConflict: 'replace' })
      if (index % 500 === 499) await settleAll(world)
    }
  })
  afterAll(() => world[Symbol.asyncDispose]())

  interface Case {
    name: string
    query: Partial<ListQuery>
    expected: string[]
    total?: number
  }

  const cases: Case[] = [
    ...(['created', 'path'] as const).flatMap((sort) => [
      { name: `a search by ${sort}`, query: { sort, nameContains: 'RARE' }, expected: rare },
      {
        name: `a search by ${sort}, descending`,
        query: { sort, descending: true, nameContains: 'rare', limit: 2 },
        expected: rare.toReversed().slice(0, 2),
      },
      {
        name: `an offset by ${sort}`,
        query: { sort, offset: fileCount - 2 },
        expected: all.slice(-2),
      },
      {
        name: `an offset by ${sort}, descending`,
        query: { sort, descending: true, offset: fileCount - 2 },
        expected: all.slice(0, 2).toReversed(),
      },
      {
        name: `an offset in a search by ${sort}`,
        query: { sort, nameContains: 'rare', offset: 2 },
        expected: rare.slice(2),
      },
      {
        name: `a total by ${sort}`,
        query: { sort, total: true, limit: 1 },
        expected: all.slice(0, 1),
        total: fileCount,
      },
      {
        name: `the total of a search under a prefix by ${sort}`,
        query: { sort, prefix: '/f', nameContains: 'rare', total: true },
        expected: rare,
        total: rare.length,
      },
    ]),
    {
      name: 'a search among folders',
      query: { prefix: '/', folders: true, nameContains: 'rare' },
      expected: rare.map((path) => path.slice(0, path.indexOf('/', 1) + 1)),
    },
    {
      name: 'a search among folders, descending, with an offset',
      query: { prefix: '/', folders: true, nameContains: 'rare', offset: 1, descending: true },
      expected: rare
        .map((path) => path.slice(0, path.indexOf('/', 1) + 1))
        .toReversed()
        .slice(1),
    },
    {
      name: 'a large offset among folders',
      query: { prefix: '/', folders: true, offset: fileCount / perFolder - 1 },
      expected: [`/f${fileCount / perFolder - 1}/`],
    },
  ]

  test.each(cases)('$name is complete and lets other requests run', async (given) => {
    const { result: page, turns } = await turnsDuring(() =>
      world.list({ limit: 50, ...given.query }),
    )
    expect([...page.folders, ...page.files.map(({ path }) => path)]).toEqual(given.expected)
    expect(page.total?.files).toBe(given.total)
    expect(turns).toBeGreaterThanOrEqual(2)
  })

  test('a recount counts every file and lets other requests run', async () => {
    const { id } = (await world.list({ limit: 1 })).files[0] ?? {}
    if (id) await world.catalog.remove(user, id)
    const { result, turns } = await turnsDuring(() =>
      world.catalog.recount(user, { repair: false }),
    )
    expect(result.counted).toEqual(result.kept)
    expect(result.counted).toMatchObject({ recordCount: fileCount, trashCount: 1 })
    expect(turns).toBeGreaterThanOrEqual(3)
  })
})

async function turnsDuring<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; turns: number }> {
  let turns = 0
  const stop = new AbortController()
  const others = (async () => {
    while (!stop.signal.aborted) {
      turns += 1
      await setImmediate()
    }
  })()
  const result = await work()
  stop.abort()
  await others
  return { result, turns }
}

async function settleAll(world: World): Promise<void> {
  const { files } = await world.list({ state: 'pending', limit: 1000 })
  for (const file of files) if (file.workspaceId === user) await world.settle(file)
}
