import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FolderQuery, FolderSummary } from '../../../shared/model/folders/summaries.ts'
import { parseSessionId } from '../../../shared/model/path.ts'
import { randomRuns } from '../catalog/random-runs.ts'
import { infected, user, type Begin, type World } from '../catalog/world.ts'

type Options = Partial<FolderQuery>

async function pagesOf({ folders }: World, options: Options = {}) {
  const pages = []
  let after: FolderQuery['after']
  do {
    const query = { workspaceId: user, folder: '/', limit: 100, ...options }
    const page = await folders.summarize({ ...query, ...(after && { after }) })
    pages.push(page)
    after = page.next
  } while (after)
  return pages
}

async function all(world: World, options: Options = {}): Promise<FolderSummary[]> {
  return (await pagesOf(world, options)).flatMap(({ folders }) => folders)
}

export function describeSummaries(begin: Begin): void {
  describe('summarize', () => {
    test('counts the ready files of each direct subfolder at any depth, and their bytes', async () => {
      await using world = await begin()
      await world.upload('/a/1', { maxBytes: 3 })
      await world.upload('/a/deep/er/2', { maxBytes: 4 })
      await world.upload('/a-b/x', { maxBytes: 5 })
      await world.upload('/é/\u{1f600}', { maxBytes: 6 })
      await world.upload('/a', { maxBytes: 7 })
      expect(await all(world)).toEqual([
        { path: '/a-b/', fileCount: 1, sizeBytes: 5 },
        { path: '/a/', fileCount: 2, sizeBytes: 7 },
        { path: '/é/', fileCount: 1, sizeBytes: 6 },
      ])
      expect(await all(world, { folder: '/a/' })).toEqual([
        { path: '/a/deep/', fileCount: 1, sizeBytes: 4 },
      ])
      expect(await all(world, { folder: '/none/' })).toEqual([])
      expect(await all(world, { workspaceId: 'other' })).toEqual([])
    })

    test('lists a folder that contains a file outside the trash in any state, and counts only ready files', async () => {
      await using world = await begin()
      await world.reserve('/pending/a')
      await world.settle(await world.reserve('/infected/a'), { scan: infected })
      const deleted = await world.upload('/deleted/a')
      await world.catalog.remove(user, deleted.id)
      await world.upload('/replaced/a', { maxBytes: 1 })
      await world.upload('/replaced/a', { maxBytes: 2, onConflict: 'replace' })
      expect(await all(world)).toEqual([
        { path: '/infected/', fileCount: 0, sizeBytes: 0 },
        { path: '/pending/', fileCount: 0, sizeBytes: 0 },
        { path: '/replaced/', fileCount: 1, sizeBytes: 2 },
      ])
    })

    test('with sessionId, files of other sessions do not exist', async () => {
      await using world = await begin()
      for (const path of ['/top/a', '/sessions/s1/in/a', '/sessions/s12/in/a']) {
        await world.upload(path)
      }
      const sessionId = parseSessionId('s1')
      const one = { fileCount: 1, sizeBytes: 10 }
      expect(await all(world, { sessionId })).toEqual([{ path: '/sessions/', ...one }])
      const inside = { sessionId, folder: '/sessions/s1/' }
      expect(await all(world, inside)).toEqual([{ path: '/sessions/s1/in/', ...one }])
      expect(await all(world, { sessionId, folder: '/sessions/s12/' })).toEqual([])
      expect(await all(world, { sessionId, folder: '/top/' })).toEqual([])
      const before = { path: '/a', sequence: 1 }
      const page = await world.folders.summarize({
        ...inside,
        workspaceId: user,
        limit: 1,
        after: before,
      })
      expect(page.folders).toHaveLength(1)
    })

    test('reads at most maxExamined files, and starts the next page with a folder that does not fit', async () => {
      await using world = await begin()
      for (const path of ['/a/1', '/a/2', '/b/1', '/b/2', '/c', '/d/1']) await world.upload(path)
      const pages = await pagesOf(world, { maxExamined: 3 })
      expect(pages).toEqual([
        {
          folders: [{ path: '/a/', fileCount: 2, sizeBytes: 20 }],
          next: { path: '/a/2', sequence: 2 },
          isIncomplete: true,
        },
        {
          folders: [{ path: '/b/', fileCount: 2, sizeBytes: 20 }],
          next: { path: '/c', sequence: 5 },
          isIncomplete: true,
        },
        { folders: [{ path: '/d/', fileCount: 1, sizeBytes: 10 }] },
      ])
    })

    test('a folder with more files than a page reads has the counts of its first files, and isMinimum', async () => {
      await using world = await begin()
      for (const path of ['/a', '/b/1', '/b/2', '/b/3', '/b/4', '/c/1']) await world.upload(path)
      const found = await all(world, { maxExamined: 3 })
      expect(found).toEqual([
        { path: '/b/', fileCount: 3, sizeBytes: 30, isMinimum: true },
        { path: '/c/', fileCount: 1, sizeBytes: 10 },
      ])
    })

    test('each subfolder is listed once over all pages, for random paths and limits', async () => {
      const name = fc.constantFrom('a', 'b', 'a-', 'a0', 'é')
      const path = fc
        .array(name, { minLength: 1, maxLength: 3 })
        .map((names) => `/${names.join('/')}`)
      const paths = fc.uniqueArray(path, { maxLength: 12 })
      const folder = fc.constantFrom('/', '/a/', '/a/b/')
      const property = fc.asyncProperty(
        paths,
        folder,
        fc.integer({ min: 1, max: 3 }),
        async (paths, folder, limit) => {
          await using world = await begin()
          const expected = new Map<string, number>()
          for (const path of paths) {
            await world.upload(path, { maxBytes: 1 })
            const [first, ...rest] = path.slice(folder.length).split('/')
            if (!path.startsWith(folder) || rest.length === 0) continue
            const key = `${folder}${first}/`
            expected.set(key, (expected.get(key) ?? 0) + 1)
          }
          const found = await all(world, { folder, limit })
          const counts = found.map(({ path, fileCount }) => [path, fileCount] as const)
          expect(new Map(counts)).toEqual(expected)
          expect(found).toHaveLength(expected.size)
        },
      )
      await expect(fc.assert(property, randomRuns())).resolves.toBeUndefined()
    })
  })
}
