import { describe, expect, test } from 'vitest'
import { codeOf, infected, newId, user, type Begin } from './world.ts'

const note = (length: number) => ({ metadata: { n: 'x'.repeat(length - '{"n":""}'.length) } })

export function describeRecordLimits(begin: Begin): void {
  describe('record limits', () => {
    test('counters include every record, its metadata and the open uploads', async () => {
      await using world = await begin()
      await world.upload('/ready', note(20))
      await world.upload('/ready', { ...note(30), onConflict: 'replace' })
      await world.settle(await world.reserve('/sick', note(10)), { scan: infected })
      await world.reserve('/pending', note(40))
      await world.reserve('/plain')
      expect(await world.recordCounters()).toEqual({
        recordCount: 5,
        trashCount: 1,
        openUploads: 2,
        metadataBytes: 100,
        trashMetadataBytes: 20,
      })
      const { quotaBytes, maxRecords, maxOpenUploads } = await world.catalog.usage(user)
      expect([quotaBytes, maxRecords, maxOpenUploads]).toEqual([1000, 1_000_000, 1000])
    })

    test('throws quota-exceeded for a file beyond maxRecords outside the trash', async () => {
      await using world = await begin(1000, { maxRecords: 2 })
      const first = await world.upload('/a', { maxBytes: 0 })
      await world.settle(await world.reserve('/sick'), { scan: infected })
      expect(await codeOf(world.reserve('/b', { maxBytes: 0 }))).toBe('quota-exceeded')
      await world.catalog.remove(user, first.id)
      const second = await world.reserve('/b', { maxBytes: 0 })
      expect(await codeOf(world.catalog.restore(user, first.id))).toBe('quota-exceeded')
      await world.catalog.purge(user, second.id)
      expect(await codeOf(world.catalog.restore(user, first.id))).toBe('none')
    })

    test('purges the oldest files of the trash when records exceed their limit', async () => {
      await using world = await begin(1000, { maxRecords: 2 })
      const files = []
      for (const name of ['/a', '/b', '/c', '/d']) {
        const file = await world.upload(name, { maxBytes: 0 })
        world.advance(1)
        await world.catalog.remove(user, file.id)
        files.push(file)
      }
      expect((await world.recordCounters()).recordCount).toBe(2)
      expect(await world.get(files[1] ?? { workspaceId: user, id: newId() })).toBeUndefined()
      const last = files[3] ?? { workspaceId: user, id: newId() }
      expect(await world.get(last)).toBeDefined()
    })

    test('purges deleted infected files too', async () => {
      await using world = await begin(1000, { maxRecords: 1 })
      const sick = await world.reserve('/sick')
      await world.settle(sick, { scan: infected })
      await world.catalog.remove(user, sick.id)
      await world.upload('/a')
      expect(await world.get(sick)).toBeUndefined()
      expect((await world.recordCounters()).recordCount).toBe(1)
    })

    test('throws too-many-requests for a pending file beyond maxOpenUploads', async () => {
      await using world = await begin(1000, { maxOpenUploads: 2 })
      const first = await world.reserve('/a', { maxBytes: 0 })
      await world.reserve('/b', { maxBytes: 0 })
      expect(await codeOf(world.reserve('/c', { maxBytes: 0 }))).toBe('too-many-requests')
      await world.settle(first)
      await world.reserve('/c', { maxBytes: 0 })
    })

    test('throws quota-exceeded for metadata beyond maxMetadataBytes', async () => {
      await using world = await begin(1000, { maxMetadataBytes: 100 })
      const file = await world.upload('/a', note(60))
      expect(await codeOf(world.reserve('/b', note(41)))).toBe('quota-exceeded')
      await world.reserve('/b', note(40))
      expect(await codeOf(world.catalog.update(user, file.id, note(61)))).toBe('quota-exceeded')
      await world.catalog.update(user, file.id, note(59))
      expect((await world.recordCounters()).metadataBytes).toBe(99)
    })

    test('accepts metadata that does not grow', async () => {
      await using world = await begin(1000, { maxMetadataBytes: 20 })
      const file = await world.upload('/a', note(20))
      await world.drift(user, { metadataBytes: 50 })
      expect(await codeOf(world.catalog.update(user, file.id, note(20)))).toBe('none')
      await world.drift(user, { metadataBytes: -50 })
    })

    test('purges the oldest files of the trash when metadata exceeds its limit', async () => {
      await using world = await begin(1000, { maxMetadataBytes: 100 })
      const old = await world.upload('/a', note(60))
      await world.catalog.remove(user, old.id)
      expect(await world.get(old)).toBeDefined()
      await world.upload('/a', note(60))
      expect(await world.get(old)).toBeUndefined()
      expect(await world.recordCounters()).toMatchObject({ metadataBytes: 60, recordCount: 1 })
    })

    test('concurrent reserves never exceed the limits', async () => {
      await using world = await begin(1000, { maxRecords: 6, maxOpenUploads: 4 })
      const reserved = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) => world.reserve(`/${i}`, { maxBytes: 0 })),
      )
      expect(reserved.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
      expect(await world.recordCounters()).toMatchObject({ recordCount: 4, openUploads: 4 })
    })
  })
}
