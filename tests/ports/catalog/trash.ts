import { describe, expect, test } from 'vitest'
import type { ListQuery } from '../../../shared/model/listing.ts'
import { parsePath } from '../../../shared/model/path.ts'
import { codeOf, infected, newId, user, type Begin, type World } from './world.ts'

const path = parsePath('/a')

export function describeTrash(begin: Begin): void {
  describe('restore', () => {
    test('restores a file to its path', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      await world.catalog.remove(user, file.id)
      world.advance(5)
      const restored = { ...file, updatedAt: world.now.toISOString() }
      expect(await world.catalog.restore(user, file.id)).toEqual(restored)
      expect(await world.ownerOf('/a')).toBe(file.id)
      expect(await world.counters()).toMatchObject({ liveBytes: 10, liveCount: 1, trashBytes: 0 })
    })

    test('restores a file to another path, with the name and session of that path', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      await world.upload('/a', { onConflict: 'replace' })
      const path = parsePath('/sessions/s1/b')
      const restored = await world.catalog.restore(user, file.id, { path })
      expect(restored).toMatchObject({ path, name: 'b', sessionId: 's1', supersededBy: null })
    })

    test('resolves to undefined for an unknown file', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      await world.catalog.remove(user, file.id)
      expect(await world.catalog.restore(user, newId())).toBeUndefined()
      expect(await world.catalog.restore('user-2', file.id)).toBeUndefined()
    })

    test('does not change a file that is not deleted', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      world.advance(5)
      expect(await world.catalog.restore(user, file.id, { path: parsePath('/b') })).toEqual(file)
      expect(await world.get(file)).toEqual(file)
    })

    test('throws path-taken for a taken path', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      await world.catalog.remove(user, file.id)
      await world.reserve('/a')
      await world.upload('/owned')
      const owned = parsePath('/owned')
      expect(await codeOf(world.catalog.restore(user, file.id))).toBe('path-taken')
      expect(await codeOf(world.catalog.restore(user, file.id, { path: owned }))).toBe('path-taken')
      expect(await world.get(file)).toMatchObject({ isDeleted: true, path: '/a' })
    })

    test('throws quota-exceeded for bytes beyond the quota', async () => {
      await using world = await begin(100)
      const file = await world.upload('/a', { maxBytes: 60 })
      await world.catalog.remove(user, file.id)
      const other = await world.reserve('/b', { maxBytes: 41 })
      expect(await codeOf(world.catalog.restore(user, file.id))).toBe('quota-exceeded')
      expect(await world.counters()).toMatchObject({ liveBytes: 0, trashBytes: 60 })
      await world.catalog.purge(user, other.id)
      await world.reserve('/b', { maxBytes: 40 })
      expect(await codeOf(world.catalog.restore(user, file.id))).toBe('none')
    })

    test('restores an infected file without taking the path', async () => {
      await using world = await begin()
      const file = await world.reserve('/a')
      await world.settle(file, { scan: infected })
      await world.catalog.remove(user, file.id)
      const owner = await world.upload('/a')
      expect(await world.catalog.restore(user, file.id)).toMatchObject({ isDeleted: false })
      expect(await world.ownerOf('/a')).toBe(owner.id)
    })
  })

  describe('the trash', () => {
    test('remove purges the oldest files beyond the quota and returns them, oldest first', async () => {
      await using world = await begin(100)
      const [a, b, c] = [
        await world.upload('/a', { maxBytes: 30 }),
        await world.upload('/b', { maxBytes: 30 }),
        await world.upload('/c', { maxBytes: 30 }),
      ]
      const removed = []
      for (const file of [c, a, b]) {
        world.advance(1)
        const removal = await world.catalog.remove(user, file.id)
        removed.push(removal?.file)
        expect(removal?.purged).toEqual([])
      }
      const large = await world.upload('/large', { maxBytes: 50 })
      const removal = await world.catalog.remove(user, large.id)
      expect(removal?.purged).toEqual(removed.slice(0, 2))
      expect((await world.counters()).trashBytes).toBe(80)
    })

    test('purges files deleted at the same instant in the order of their reservation', async () => {
      await using world = await begin(100)
      const first = await world.upload('/1', { maxBytes: 30 })
      const second = await world.upload('/2', { maxBytes: 30 })
      await world.catalog.remove(user, second.id)
      await world.catalog.remove(user, first.id)
      const third = await world.upload('/3', { maxBytes: 60 })
      const removal = await world.catalog.remove(user, third.id)
      expect(removal?.purged.map((file) => file.id)).toEqual([first.id])
    })

    test('purges a file that is larger than the quota', async () => {
      await using world = await begin(100)
      const file = await world.upload('/a', { maxBytes: 90 })
      await world.catalog.setQuota(user, 50)
      const removal = await world.catalog.remove(user, file.id)
      expect(removal?.purged).toEqual([removal?.file])
      expect(await world.get(file)).toBeUndefined()
      expect((await world.counters()).trashBytes).toBe(0)
    })

    test('settle purges in its own transaction and returns the purged files', async () => {
      await using world = await begin(100)
      const first = await world.upload('/a', { maxBytes: 60 })
      const second = await world.upload('/a', { maxBytes: 70, onConflict: 'replace' })
      world.advance(1)
      const third = await world.reserve('/a', { maxBytes: 10, onConflict: 'replace' })
      const { purged, file } = await world.settle(third)
      expect(purged.map((other) => other.id)).toEqual([first.id])
      expect(file?.id).toBe(third.id)
      expect(await world.counters()).toMatchObject({ liveBytes: 10, trashBytes: 70 })
      expect(await world.get(second)).toMatchObject({ supersededBy: third.id })
    })

    test('settle returns no file if it purged the file itself', async () => {
      await using world = await begin(100)
      const earlier = await world.reserve('/a', { maxBytes: 90 })
      await world.upload('/a', { maxBytes: 10, onConflict: 'replace' })
      await world.catalog.setQuota(user, 50)
      const { file, purged, settled } = await world.settle(earlier)
      expect([file, settled, purged.map((other) => other.id)]).toEqual([
        undefined,
        true,
        [earlier.id],
      ])
    })
  })
}

/** Two versions of `/a`: the replaced one, and the owner. */
async function twoVersions(world: World, sizes: [number, number] = [10, 20]) {
  const [maxBytes, ownerBytes] = sizes
  const version = await world.upload('/a', { maxBytes, metadata: { n: 1 } })
  const owner = await world.upload('/a', { maxBytes: ownerBytes, onConflict: 'replace' })
  return { version, owner }
}

export function describeVersions(begin: Begin): void {
  describe('restoreVersion', () => {
    test('moves the file to its path, and the owner to the trash, superseded by it', async () => {
      await using world = await begin()
      const { version, owner } = await twoVersions(world)
      world.advance(5)
      const at = world.now.toISOString()
      const restored = { ...version, updatedAt: at }
      const result = await world.catalog.restoreVersion(user, version.id, path)
      expect(result).toEqual({ file: restored, purged: [] })
      expect(await world.get(version)).toEqual(restored)
      expect(await world.get(owner)).toEqual({
        ...owner,
        isDeleted: true,
        deletedAt: at,
        updatedAt: at,
        supersededBy: version.id,
      })
      expect(await world.ownerOf('/a')).toBe(version.id)
      expect(await world.counters()).toMatchObject({ liveBytes: 10, liveCount: 1, trashBytes: 20 })
      const back = await world.catalog.restoreVersion(user, owner.id, path)
      expect(back?.file.id).toBe(owner.id)
      expect(await world.ownerOf('/a')).toBe(owner.id)
    })

    test('takes a path without an owner, and leaves a pending file of the path pending', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      await world.catalog.remove(user, file.id)
      const pending = await world.reserve('/a')
      await world.catalog.restoreVersion(user, file.id, path)
      expect(await world.ownerOf('/a')).toBe(file.id)
      expect(await world.get(pending)).toEqual(pending)
      await world.settle(pending)
      expect(await world.ownerOf('/a')).toBe(pending.id)
      expect(await world.get(file)).toMatchObject({ isDeleted: true, supersededBy: pending.id })
    })

    test('resolves to undefined unless the file is ready and has the path', async () => {
      await using world = await begin()
      const { version, owner } = await twoVersions(world)
      const refused = await world.reserve('/a', { onConflict: 'replace' })
      await world.settle(refused, { scan: infected })
      await world.catalog.remove(user, refused.id)
      const { catalog } = world
      expect(await catalog.restoreVersion(user, version.id, parsePath('/b'))).toBeUndefined()
      expect(await catalog.restoreVersion(user, refused.id, path)).toBeUndefined()
      expect(await catalog.restoreVersion(user, newId(), path)).toBeUndefined()
      expect(await catalog.restoreVersion('user-2', version.id, path)).toBeUndefined()
      expect(await world.ownerOf('/a')).toBe(owner.id)
    })

    test('does not change a file that is not deleted', async () => {
      await using world = await begin()
      const { owner } = await twoVersions(world)
      world.advance(5)
      const result = await world.catalog.restoreVersion(user, owner.id, path)
      expect(result).toEqual({ file: owner, purged: [] })
      expect(await world.get(owner)).toEqual(owner)
    })

    test('counts the bytes of the owner as free, and throws quota-exceeded beyond the quota', async () => {
      await using world = await begin(100)
      const { version, owner } = await twoVersions(world, [90, 50])
      await world.upload('/b', { maxBytes: 20 })
      expect(await codeOf(world.catalog.restoreVersion(user, version.id, path))).toBe(
        'quota-exceeded',
      )
      expect(await world.ownerOf('/a')).toBe(owner.id)
      expect(await world.counters()).toMatchObject({ liveBytes: 70, trashBytes: 90 })
      const other = await begin(100)
      const { version: small } = await twoVersions(other, [90, 50])
      expect((await other.catalog.restoreVersion(user, small.id, path))?.file.id).toBe(small.id)
      await other[Symbol.asyncDispose]()
    })

    test('purges the oldest files of a trash that exceeds the quota, and not the restored file', async () => {
      await using world = await begin(100)
      const { version, owner } = await twoVersions(world, [10, 60])
      world.advance(5)
      const old = await world.upload('/old', { maxBytes: 40 })
      await world.catalog.remove(user, old.id)
      world.advance(5)
      const result = await world.catalog.restoreVersion(user, version.id, path)
      expect(result?.purged).toEqual([])
      expect(await world.counters()).toMatchObject({ liveBytes: 10, trashBytes: 100 })
      await world.upload('/a', { maxBytes: 70, onConflict: 'replace' })
      const again = await world.catalog.restoreVersion(user, version.id, path)
      expect(again?.purged.map(({ id }) => id)).toEqual([owner.id])
      expect(again?.file.id).toBe(version.id)
      expect(await world.ownerOf('/a')).toBe(version.id)
    })
  })

  describe('list with a path', () => {
    test.each([
      [false, [1, 2]],
      [true, [2, 1]],
    ])('lists exactly the files of that path (descending %s)', async (descending, expected) => {
      await using world = await begin()
      for (const name of ['/a', '/a', '/a', '/a/b', '/a!', '/a\u{1f600}', '/A', '/ab']) {
        const file = await world.upload(name, { onConflict: 'replace' })
        if (name !== '/a') await world.catalog.remove(user, file.id)
      }
      const sequences = async (query: Partial<ListQuery>) => {
        const { files, next } = await world.list({ path, descending, ...query })
        return { found: files.map((file) => file.sequence), next }
      }
      expect(await sequences({})).toEqual({ found: [3], next: undefined })
      const first = await sequences({ deleted: true, limit: 1 })
      expect(first.found).toEqual(expected.slice(0, 1))
      const second = await sequences({ deleted: true, ...(first.next && { after: first.next }) })
      expect(second).toEqual({ found: expected.slice(1), next: undefined })
    })
  })
}
