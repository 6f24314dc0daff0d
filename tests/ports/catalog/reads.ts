import { describe, expect, test } from 'vitest'
import type { FileRecord } from '../../../shared/model/file.ts'
import { defaultRecordLimits } from '../../../shared/model/record-limits.ts'
import { noCounters } from '../../../shared/model/usage.ts'
import { parsePath } from '../../../shared/model/path.ts'
import type { SweepQuery } from '../../../shared/ports/maintenance.ts'
import { codeOf, infected, newId, user, type Begin } from './world.ts'

export function describeReads(begin: Begin): void {
  describe('get, getByPath and usage', () => {
    test('get resolves to undefined when there is no such file; never throws for an unknown id', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      expect(await world.catalog.get(user, newId())).toBeUndefined()
      expect(await world.catalog.get('user-2', file.id)).toBeUndefined()
    })

    test('a path names its owner; else the pending file there that was reserved last; else the file that was deleted there last', async () => {
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
      const later = await world.reserve('/a', { overwrite: true })
      expect(await named()).toBe(later.id)
      await world.settle(pending)
      expect(await named()).toBe(pending.id)
    })

    test('superseded files do not count among the deleted', async () => {
      await using world = await begin()
      const path = parsePath('/a')
      await world.upload('/a')
      const owner = await world.upload('/a', { overwrite: true })
      await world.catalog.purge(user, owner.id)
      expect(await world.catalog.getByPath(user, path)).toBeUndefined()
    })

    test('a path of another workspace names nothing', async () => {
      await using world = await begin()
      await world.upload('/a')
      expect(await world.catalog.getByPath('user-2', parsePath('/a'))).toBeUndefined()
    })

    test('the counters are all zero for a workspace never used', async () => {
      await using world = await begin(1234)
      expect(await world.catalog.usage('nobody')).toEqual({
        ...noCounters,
        ...defaultRecordLimits,
        quotaBytes: 1234,
      })
    })

    test('setQuota overrides the default quota for one workspace; null takes the override back', async () => {
      await using world = await begin(100)
      await world.catalog.setQuota(user, 5)
      expect((await world.catalog.usage(user)).quotaBytes).toBe(5)
      expect((await world.catalog.usage('user-2')).quotaBytes).toBe(100)
      expect(await codeOf(world.reserve('/a', { maxBytes: 6 }))).toBe('quota-exceeded')
      await world.catalog.setQuota(user, null)
      expect((await world.catalog.usage(user)).quotaBytes).toBe(100)
      expect(await codeOf(world.reserve('/a', { maxBytes: 6 }))).toBe('none')
    })

    test('check says what the store is', async () => {
      await using world = await begin()
      expect(await world.catalog.check()).not.toBe('')
    })
  })

  describe('countPending', () => {
    test('how many pending files there are in all workspaces, and when the oldest was created', async () => {
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
    test('pending files of all workspaces, oldest first, that were created before an instant', async () => {
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

    test('deleted files of all workspaces, oldest deletedAt first, that were deleted before an instant', async () => {
      await using world = await begin()
      const second = await world.upload('/second')
      const first = await world.upload('/first', { workspaceId: 'user-2' })
      const superseded = await world.upload('/superseded')
      const sick = await world.reserve('/sick')
      await world.settle(sick, { scan: infected })
      await world.catalog.remove('user-2', first.id)
      world.advance(1)
      await world.catalog.remove(user, second.id)
      await world.upload('/superseded', { overwrite: true })
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
