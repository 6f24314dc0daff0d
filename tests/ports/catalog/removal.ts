import { describe, expect, test } from 'vitest'
import { infected, newId, user, type Begin } from './world.ts'

const nothing = { liveBytes: 0, liveCount: 0, reservedBytes: 0, trashBytes: 0 }

export function describeRemoval(begin: Begin): void {
  describe('remove', () => {
    test('resolves to undefined for an unknown file', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      expect(await world.catalog.remove(user, newId())).toBeUndefined()
      expect(await world.catalog.remove('user-2', file.id)).toBeUndefined()
      expect(await world.get(file)).toEqual(file)
    })

    test('moves a ready file to the trash and frees its path', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      world.advance(5)
      const at = world.now.toISOString()
      const removal = await world.catalog.remove(user, file.id)
      const removed = { ...file, isDeleted: true, deletedAt: at, updatedAt: at }
      expect(removal).toEqual({ file: removed, purged: [] })
      expect(await world.get(file)).toEqual(removed)
      expect(await world.counters()).toEqual({ ...nothing, trashBytes: 10 })
      await world.reserve('/a')
    })

    test('clears supersededBy of a superseded file', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      await world.upload('/a', { onConflict: 'replace' })
      world.advance(5)
      const removal = await world.catalog.remove(user, file.id)
      expect(removal?.file).toMatchObject({
        isDeleted: true,
        supersededBy: null,
        deletedAt: world.now.toISOString(),
      })
      expect((await world.counters()).trashBytes).toBe(10)
    })

    test('purges a pending file with refusal gone and releases path and quota', async () => {
      await using world = await begin()
      const file = await world.reserve('/a')
      expect(await world.catalog.remove(user, file.id)).toEqual({ file, purged: [] })
      expect(await world.get(file)).toBeUndefined()
      expect(await world.catalog.refusal(user, file.id)).toEqual({ code: 'gone' })
      expect(await world.counters()).toEqual(nothing)
      await world.reserve('/a')
    })

    test('marks an infected file as deleted', async () => {
      await using world = await begin()
      const file = await world.reserve('/a')
      await world.settle(file, { scan: infected })
      const removal = await world.catalog.remove(user, file.id)
      expect(removal?.file).toMatchObject({ state: 'infected', isDeleted: true })
      expect(await world.counters()).toEqual(nothing)
    })

    test('does not change a file in the trash', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      const first = await world.catalog.remove(user, file.id)
      world.advance(5)
      expect(await world.catalog.remove(user, file.id)).toEqual(first)
      expect((await world.counters()).trashBytes).toBe(10)
    })
  })

  describe('purge', () => {
    test('deletes a record in any state and releases path and quota', async () => {
      await using world = await begin()
      const ready = await world.upload('/ready')
      const superseded = await world.upload('/over')
      await world.upload('/over', { onConflict: 'replace' })
      const sick = await world.reserve('/sick')
      await world.settle(sick, { scan: infected })
      const pending = await world.reserve('/pending')
      const files = [ready, superseded, sick, pending]
      for (const file of files) {
        const before = await world.get(file)
        expect(await world.catalog.purge(user, file.id)).toEqual(before)
        expect(await world.get(file)).toBeUndefined()
        expect(await world.catalog.purge(user, file.id)).toBeUndefined()
      }
      expect(await world.counters()).toEqual({ ...nothing, liveBytes: 10, liveCount: 1 })
      await world.reserve('/ready')
      await world.reserve('/pending')
    })

    test('leaves refusal gone for a pending file, and no refusal for other files', async () => {
      await using world = await begin()
      const pending = await world.reserve('/pending')
      const ready = await world.upload('/ready')
      await world.catalog.purge(user, pending.id)
      await world.catalog.purge(user, ready.id)
      expect(await world.catalog.refusal(user, pending.id)).toEqual({ code: 'gone' })
      expect(await world.catalog.refusal(user, ready.id)).toBeUndefined()
    })

    test('with deletedBefore, purges only files that were deleted before that instant', async () => {
      await using world = await begin()
      const live = await world.upload('/live')
      const old = await world.upload('/old')
      await world.catalog.remove(user, old.id)
      const instant = world.now
      world.advance(1)
      expect(await world.catalog.purge(user, live.id, world.now)).toBeUndefined()
      expect(await world.catalog.purge(user, old.id, instant)).toBeUndefined()
      expect(await world.get(old)).toBeDefined()
      expect(await world.catalog.purge(user, old.id, world.now)).toMatchObject({ id: old.id })
      expect(await world.get(live)).toEqual(live)
    })

    test('treats a file of another workspace as unknown', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      expect(await world.catalog.purge('user-2', file.id)).toBeUndefined()
      expect(await world.get(file)).toEqual(file)
    })
  })

  describe('expire', () => {
    test('purges a pending file after expiresAt, with refusal gone', async () => {
      await using world = await begin()
      const file = await world.reserve('/a', { expiresAt: world.now })
      expect(await world.catalog.expire(user, file.id)).toBeUndefined()
      world.advance(1)
      expect(await world.catalog.expire('user-2', file.id)).toBeUndefined()
      expect(await world.catalog.expire(user, file.id)).toEqual(file)
      expect(await world.get(file)).toBeUndefined()
      expect(await world.catalog.refusal(user, file.id)).toEqual({ code: 'gone' })
      expect(await world.counters()).toEqual(nothing)
    })

    test('with abandonedBefore, purges files that were reserved before that instant', async () => {
      await using world = await begin()
      const file = await world.reserve('/a')
      const reservedAt = world.now
      expect(await world.catalog.expire(user, file.id, reservedAt)).toBeUndefined()
      const later = new Date(reservedAt.getTime() + 1)
      expect(await world.catalog.expire(user, file.id, later)).toEqual(file)
      expect(await world.catalog.refusal(user, file.id)).toEqual({ code: 'gone' })
      expect(await world.counters()).toEqual(nothing)
      const ready = await world.upload('/b')
      expect(await world.catalog.expire(user, ready.id, later)).toBeUndefined()
    })

    test('does not expire a settled file', async () => {
      await using world = await begin()
      const file = await world.upload('/a', { expiresAt: world.now })
      world.advance(1)
      expect(await world.catalog.expire(user, file.id)).toBeUndefined()
      expect(await world.get(file)).toEqual(file)
    })
  })
}
