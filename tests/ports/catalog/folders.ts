import { describe, expect, test } from 'vitest'
import type { ListQuery } from '../../../shared/model/listing.ts'
import type { Begin, World } from './world.ts'

const paths = [
  '/a',
  '/a-b',
  '/a.txt',
  '/a/1',
  '/a/2/x',
  '/a/2/y',
  '/a/b/c',
  '/a0',
  '/ab/1',
  '/b/only',
  '/é/1',
  '/\u{1f600}/1',
]

async function fill(world: World): Promise<void> {
  for (const path of paths.toReversed()) await world.upload(path, { maxBytes: 1 })
}

/** Reads all pages of a query. Returns the number of entries of each page, and all entries in path order. */
async function pagesOf(world: World, query: Partial<ListQuery>) {
  const sizes: number[] = []
  const entries: string[] = []
  let after: ListQuery['after']
  do {
    const page = await world.list({ folders: true, ...query, ...(after && { after }) })
    sizes.push(page.files.length + page.folders.length)
    entries.push(...page.files.map((file) => file.path), ...page.folders)
    after = page.next
  } while (after)
  return {
    sizes,
    entries: entries.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  }
}

export function describeFolders(begin: Begin): void {
  describe('list with folders', () => {
    const root = ['/a', '/a-b', '/a.txt', '/a/', '/a0', '/ab/', '/b/', '/é/', '/\u{1f600}/']

    test.each([false, true])(
      'each folder is listed once over all pages, counted towards limit (descending %s)',
      async (descending) => {
        await using world = await begin()
        await fill(world)
        for (let limit = 1; limit <= 10; limit++) {
          const { sizes, entries } = await pagesOf(world, { prefix: '/', descending, limit })
          expect(entries).toEqual(root)
          expect(sizes.slice(0, -1).every((size) => size === limit)).toBe(true)
        }
      },
    )

    test.each([
      ['', ['/']],
      ['/a', ['/a', '/a-b', '/a.txt', '/a/', '/a0', '/ab/']],
      ['/a/', ['/a/1', '/a/2/', '/a/b/']],
      ['/a/2', ['/a/2/']],
      ['/a/2/', ['/a/2/x', '/a/2/y']],
      ['/nothing/', []],
    ])('groups files by their path up to the first / after %j', async (prefix, expected) => {
      await using world = await begin()
      await fill(world)
      for (const limit of [1, 2, 100]) {
        expect((await pagesOf(world, { prefix, limit })).entries).toEqual(expected)
      }
    })

    test('files and folders share one order over all pages', async () => {
      await using world = await begin()
      await fill(world)
      const first = await world.list({ prefix: '/', folders: true, limit: 4 })
      expect(first.files.map((file) => file.path)).toEqual(['/a', '/a-b', '/a.txt'])
      expect(first.folders).toEqual(['/a/'])
      const last = await world.list({ prefix: '/', folders: true, limit: 4, descending: true })
      expect(last.folders).toEqual(['/\u{1f600}/', '/é/', '/b/', '/ab/'])
      expect(last.files).toEqual([])
    })

    test('lists only folders that contain a file of the query', async () => {
      await using world = await begin()
      await fill(world)
      await world.upload('/ab/generated', { maxBytes: 1, origin: 'generated' })
      const query = { prefix: '/', origin: 'generated' } as const
      expect((await pagesOf(world, query)).entries).toEqual(['/ab/'])
      expect((await pagesOf(world, { prefix: '/', nameContains: 'C' })).entries).toEqual(['/a/'])
    })

    test('does not repeat a folder when files are added to it between two pages', async () => {
      await using world = await begin()
      await fill(world)
      for (const descending of [false, true]) {
        const query = { prefix: '/', folders: true, limit: 4, descending }
        const page = await world.list(query)
        await world.upload(`/a/zz-${descending}`, { maxBytes: 1 })
        await world.upload(`/ab/0-${descending}`, { maxBytes: 1 })
        const next = await world.list({
          ...query,
          limit: 100,
          ...(page.next && { after: page.next }),
        })
        const all = [...page.folders, ...next.folders].toSorted()
        expect(all).toEqual(['/a/', '/ab/', '/b/', '/é/', '/\u{1f600}/'].toSorted())
      }
    })

    test('total counts files in folders; offset skips files and folders', async () => {
      await using world = await begin()
      await fill(world)
      const query = { prefix: '/', folders: true, limit: 2, total: true }
      const page = await world.list({ ...query, offset: 2 })
      expect(page.total?.files).toBe(paths.length)
      expect(page.files.map((file) => file.path)).toEqual(['/a.txt'])
      expect(page.folders).toEqual(['/a/'])
    })
  })
}
