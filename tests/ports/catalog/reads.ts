import { describe, expect, test } from 'vitest'
import type { FileRecord } from '../../../shared/model/file.ts'
import { defaultRecordLimits } from '../../../shared/model/record-limits.ts'
import { noCounters } from '../../../shared/model/usage.ts'
import { parsePath } from '../../../shared/model/path.ts'
import type { SweepQuery } from '../../../shared/ports/maintenance.ts'
import { codeOf, infected, newId, user, type Begin } from './world.ts'

export function describeReads(begin: Begin): void {
  describe('get, getByPath and usage', () => {
    test('get resolves to undefined for an unknown id', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      expect(await world.catalog.get(user, newId())).toBeUndefined()
      expect(await world.catalog.get('user-2', file.id)).toBeUndefined()
    })

    test('getByPath returns the owner, else the latest pending file, else the latest deleted file', async () => {
      await using world = await begin()
      const path = parsePath('/a')
      const named = async () => (await world.catalog.getByPath(user, path))?.id
      expect(await named()).toBeUndefined()
      const [first, second] = [await world.upload('/a'), await world.upload('/b')]
      await world.catalog.remove(user, first.id)
      await world.catalog.update(user, second.id, { path })
      world.advance(1)
      await world.catalog.remove(user, second.id)
      expect(await named()).toBe(second.id)
      world.advance(1)
      await world.catalog.restore(user, first.id)
      await world.catalog.remove(user, first.id)
      expect(await named()).toBe(first.id)
      const pending = await world.reserve('/a')
      const later = await world.reserve('/a', { onConflict: 'replace' })
      expect(await named()).toBe(later.id)
      await world.settle(pending)
      expect(await named()).toBe(pending.id)
    })

    test('getByPath ignores superseded files', async () => {
      await using world = await begin()
      const path = parsePath('/a')
      await world.upload('/a')
      const owner = await world.upload('/a', { onConflict: 'replace' })
      await world.catalog.purge(user, owner.id)
      expect(await world.catalog.getByPath(user, path)).toBeUndefined()
    })

    test('getByPath ignores files of other workspaces', async () => {
      await using world = await begin()
      await world.upload('/a')
      expect(await world.catalog.getByPath('user-2', parsePath('/a'))).toBeUndefined()
    })

    test('the counters of an unused workspace are zero', async () => {
      await using world = await begin(1234)
      expect(await world.catalog.usage('nobody')).toEqual({
        ...noCounters,
        ...defaultRecordLimits,
        quotaBytes: 1234,
      })
    })

    test('setQuota overrides the default quota of one workspace; null removes the override', async () => {
      await using world = await begin(100)
      await world.catalog.setQuota(user, 5)
      expect((await world.catalog.usage(user)).quotaBytes).toBe(5)
      expect((await world.catalog.usage('user-2')).quotaBytes).toBe(100)
      expect(await codeOf(world.reserve('/a', { maxBytes: 6 }))).toBe('quota-exceeded')
      await world.catalog.setQuota(user, null)
      expect((await world.catalog.usage(user)).quotaBytes).toBe(100)
      expect(await codeOf(world.reserve('/a', { maxBytes: 6 }))).toBe('none')
    })

    test('check describes the store', async () => {
      await using world = await begin()
      expect(await world.catalog.check()).not.toBe('')
    })
  })

  describe('countPending', () => {
    test('counts pending files of all workspaces and returns the creation time of the oldest', async () => {
      await using world = await begin()
      expect(await world.catalog.countPending()).toEqual({ files: 0 })
      await world.upload('/ready')
      world.advance(1)
      const oldest = await world.reserve('/a', { workspaceId: 'user-0' })
      world.advance(1)
      const younger = await world.reserve('/b')
      expect(await world.catalog.countPending()).toEqual({
        files: 2,
        oldestCreatedAt: oldest.createdAt,
      })
      await world.catalog.remove('user-0', oldest.id)
      expect(await world.catalog.countPending()).toEqual({
        files: 1,
        oldestCreatedAt: younger.createdAt,
      })
    })
  })

  describe('listPending and listTrash', () => {
    test('listPending returns pending files created before an instant, oldest first', async () => {
      await using world = await begin()
      const other = await world.reserve('/a', { workspaceId: 'user-0' })
      world.advance(1)
      const files = [other, await world.reserve('/a'), await world.reserve('/b')]
      await world.upload('/ready')
      const before = new Date(world.now.getTime() + 1)
      world.advance(1)
      await world.reserve('/late')
      const pages = pageBy((query) => world.catalog.listPending(query), before)
      expect(await pages(10)).toEqual(files)
      expect(await pages(1)).toEqual(files)
      expect(await world.catalog.listPending({ before, limit: 2 })).toEqual(files.slice(0, 2))
    })

    test('listTrash returns files deleted before an instant, oldest deletedAt first', async () => {
      await using world = await begin()
      const second = await world.upload('/second')
      const first = await world.upload('/first', { workspaceId: 'user-2' })
      const superseded = await world.upload('/superseded')
      const sick = await world.reserve('/sick')
      await world.settle(sick, { scan: infected })
      await world.catalog.remove('user-2', first.id)
      world.advance(1)
      await world.catalog.remove(user, second.id)
      await world.upload('/superseded', { onConflict: 'replace' })
      await world.catalog.remove(user, sick.id)
      world.advance(1)
      const before = world.now
      const late = await world.upload('/late')
      await world.catalog.remove(user, late.id)
      const expected = [first.id, second.id, superseded.id, sick.id]
      const pages = pageBy((query) => world.catalog.listTrash(query), before)
      expect((await pages(10)).map((file) => file.id)).toEqual(expected)
      expect((await pages(1)).map((file) => file.id)).toEqual(expected)
    })
  })
}

function pageBy(list: (query: SweepQuery) => Promise<FileRecord[]>, before: Date) {
  return async (limit: number) => {
    const files: FileRecord[] = []
    for (;;) {
      const after = files.at(-1)
      const page = await list({ before, limit, ...(after && { after }) })
      files.push(...page)
      if (page.length < limit) return files
    }
  }
}
