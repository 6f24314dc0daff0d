import { describe, expect, test } from 'vitest'
import { newId, type BlobWorld } from './world.ts'

export function describeBlobList(begin: () => Promise<BlobWorld>): void {
  describe('list', () => {
    test.each([1, 2, 3, 7, 1000])(
      'lists every blob once, in pages of at most %i',
      async (limit) => {
        await using world = await begin()
        const users = ['a', 'b', 'x'.repeat(450), `${'x'.repeat(450)}y`, 'a/b', 'Ä']
        const storagePaths: string[] = []
        for (const user of [...users, 'a', 'a']) {
          const storagePath = world.store.locate(user, newId(), 'a.txt')
          await world.write(storagePath, user)
          storagePaths.push(storagePath)
        }
        expect((await world.list(limit)).sort()).toEqual(storagePaths.sort())
      },
    )

    test('only the last page has no next', async () => {
      await using world = await begin()
      expect(await world.store.list({ limit: 10 })).toEqual({ blobs: [] })
      const blob = await world.write(world.newPath(), 'bytes')
      expect(await world.store.list({ limit: 1 })).toEqual({ blobs: [blob] })
      const other = await world.write(world.newPath(), 'other')
      expect((await world.store.list({ limit: 1 })).next).toBeDefined()
      expect((await world.store.list({ limit: 2 })).next).toBeUndefined()
      await world.store.remove(other)
      expect(await world.store.list({ limit: 10 })).toEqual({ blobs: [blob] })
    })

    test('lists each remaining blob once while others are added and removed between pages', async () => {
      await using world = await begin()
      for (let i = 0; i < 12; i++) await world.write(world.newPath(), `${i}`)
      const first = await world.store.list({ limit: 6 })
      for (const blob of first.blobs.slice(3)) await world.store.remove(blob)
      await world.write(world.newPath(), 'new')
      const rest = await world.store.list({ limit: 100, after: first.next ?? '' })
      const seen = [...first.blobs, ...rest.blobs].map(({ storagePath }) => storagePath)
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen.length).toBeGreaterThanOrEqual(12)
    })
  })
}
