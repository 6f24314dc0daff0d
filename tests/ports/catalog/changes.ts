import { describe, expect, test } from 'vitest'
import { parsePath } from '../../../shared/model/path.ts'
import { codeOf, infected, newId, user, type Begin } from './world.ts'

export function describeChanges(begin: Begin): void {
  describe('update', () => {
    test('a new path sets name and sessionId and frees the old path', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      world.advance(5)
      const path = parsePath('/sessions/s1/b.txt')
      const after = await world.catalog.update(user, file.id, { path })
      expect(after).toEqual({
        ...file,
        path,
        name: 'b.txt',
        sessionId: 's1',
        updatedAt: world.now.toISOString(),
      })
      expect(await world.get(file)).toEqual(after)
      expect(await world.ownerOf('/sessions/s1/b.txt')).toBe(file.id)
      await world.reserve('/a')
    })

    test('replaces the metadata and nothing else', async () => {
      await using world = await begin()
      const file = await world.upload('/a', { metadata: { old: 1 } })
      const metadata = { new: [1, { deep: null }] }
      const after = await world.catalog.update(user, file.id, { metadata })
      expect(after).toEqual({ ...file, metadata })
      expect(await world.get(file)).toEqual(after)
    })

    test('resolves to undefined for an unknown and for a deleted file', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      const metadata = {}
      expect(await world.catalog.update(user, newId(), { metadata })).toBeUndefined()
      expect(await world.catalog.update('user-2', file.id, { metadata })).toBeUndefined()
      await world.catalog.remove(user, file.id)
      expect(await world.catalog.update(user, file.id, { metadata })).toBeUndefined()
    })

    test('throws path-taken for the path of another file', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      await world.upload('/owned')
      await world.reserve('/pending')
      for (const path of ['/owned', '/pending'].map((text) => parsePath(text))) {
        expect(await codeOf(world.catalog.update(user, file.id, { path }))).toBe('path-taken')
      }
      expect(await world.get(file)).toEqual(file)
    })

    test("accepts the file's own path", async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      await world.reserve('/a', { onConflict: 'replace' })
      expect(await world.catalog.update(user, file.id, { path: file.path })).toEqual(file)
    })

    test('changes the metadata of a pending file, and throws not-scanned for a new path', async () => {
      await using world = await begin()
      const file = await world.reserve('/a')
      const path = parsePath('/b')
      expect(await codeOf(world.catalog.update(user, file.id, { path }))).toBe('not-scanned')
      const metadata = { seen: true }
      expect(await world.catalog.update(user, file.id, { metadata, path: file.path })).toEqual({
        ...file,
        metadata,
      })
    })

    test('an infected file moves without taking the path', async () => {
      await using world = await begin()
      const file = await world.reserve('/a')
      await world.settle(file, { scan: infected })
      const owner = await world.upload('/owned')
      const path = parsePath('/owned')
      expect(await world.catalog.update(user, file.id, { path })).toMatchObject({ path })
      expect(await world.ownerOf('/owned')).toBe(owner.id)
      await world.catalog.update(user, file.id, { path: parsePath('/free') })
      await world.reserve('/free')
    })
  })
}
