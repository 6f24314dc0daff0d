import { describe, expect, test } from 'vitest'
import { applyDelta, noCounters } from '../../../shared/model/usage.ts'
import { infected, newId, user, type Begin, type World } from './world.ts'

export function describeSweep(begin: Begin): void {
  describe('listWorkspaces and isKnown', () => {
    test('listWorkspaces returns each used workspace once over all pages', async () => {
      await using world = await begin()
      const users = ['user-1', 'User-2', 'Ünal/3', 'zoe@example.com']
      for (const workspaceId of users) await world.reserve('/a', { workspaceId })
      await world.reserve('/b', { workspaceId: 'User-2' })
      const pages: string[][] = []
      do {
        const after = pages.at(-1)?.at(-1)
        pages.push(await world.catalog.listWorkspaces({ limit: 3, ...(after && { after }) }))
      } while (pages.at(-1)?.length === 3)
      expect(pages.flat().sort()).toEqual(users.sort())
    })

    test('a workspace is known from its first reservation on', async () => {
      await using world = await begin()
      expect(await world.catalog.isKnown(user)).toBe(false)
      const file = await world.reserve('/a')
      expect(await world.catalog.isKnown(user)).toBe(true)
      await world.catalog.purge(user, file.id)
      expect(await world.catalog.isKnown(user)).toBe(true)
      expect(await world.catalog.isKnown('user-2')).toBe(false)
    })
  })

  describe('recount', () => {
    test('returns the sums over the records and the stored counters', async () => {
      await using world = await begin()
      await filesOfEveryKind(world)
      const kept = await world.counters()
      expect(kept).toEqual({ liveBytes: 70, liveCount: 2, reservedBytes: 7, trashBytes: 50 })
      const records = await world.recordCounters()
      const recount = await world.catalog.recount(user, { repair: true })
      const all = { ...kept, ...records }
      expect(recount).toEqual({ kept: all, counted: all })
      expect(await world.counters()).toEqual(kept)
    })

    test('returns zeros for an unused workspace', async () => {
      await using world = await begin()
      const nothing = noCounters
      const recount = await world.catalog.recount('nobody', { repair: true })
      expect(recount).toEqual({ kept: nothing, counted: nothing })
      expect(await world.catalog.isKnown('nobody')).toBe(false)
    })

    test('corrects the counters only with repair', async () => {
      await using world = await begin()
      await filesOfEveryKind(world)
      const bytes = await world.counters()
      const counted = { ...bytes, ...(await world.recordCounters()) }
      const drift = {
        ...noCounters,
        liveBytes: -30,
        reservedBytes: 100,
        trashBytes: 5,
      }
      const drifted = { ...drift, liveCount: 3, recordCount: 7, openUploads: 2, metadataBytes: 9 }
      await world.drift(user, drifted)
      const kept = applyDelta(counted, drifted)
      expect(await world.catalog.recount(user, { repair: false })).toEqual({ kept, counted })
      expect({ ...(await world.counters()), ...(await world.recordCounters()) }).toEqual(kept)
      expect(await world.catalog.recount(user, { repair: true })).toEqual({ kept, counted })
      expect({ ...(await world.counters()), ...(await world.recordCounters()) }).toEqual(counted)
    })

    test('stays exact while files change', async () => {
      await using world = await begin(10_000)
      const files = []
      for (let i = 0; i < 20; i++) files.push(await world.upload(`/${i}`))
      await world.drift(user, { liveBytes: 1000, liveCount: 5 })
      const changes = files.flatMap((file, i) => [
        world.catalog.remove(user, file.id),
        world.upload(`/new-${i}`, { maxBytes: i + 1 }),
      ])
      const recounts = [1, 2, 3].map(() => world.catalog.recount(user, { repair: true }))
      await Promise.all([...changes, ...recounts])
      expect(await world.counters()).toEqual({
        liveBytes: 210,
        liveCount: 20,
        reservedBytes: 0,
        trashBytes: 200,
      })
    })
  })

  describe('trimTrash', () => {
    test('purges the oldest files while the trash exceeds the quota', async () => {
      await using world = await begin(100)
      const files = []
      for (const path of ['/a', '/b', '/c']) {
        const file = await world.upload(path, { maxBytes: 30 })
        files.push(await world.catalog.remove(user, file.id).then((removal) => removal?.file))
        world.advance(1)
      }
      expect(await world.catalog.trimTrash(user)).toEqual([])
      await world.catalog.setQuota(user, 50)
      expect(await world.catalog.trimTrash(user)).toEqual(files.slice(0, 2))
      expect((await world.counters()).trashBytes).toBe(30)
    })
  })

  describe('markMissing', () => {
    test('marks the bytes of a ready file as missing, or with null as present', async () => {
      await using world = await begin()
      for (const file of [await world.upload('/a'), await world.upload('/b')]) {
        const { generation } = file
        if (file.path === '/b') await world.catalog.remove(user, file.id)
        const before = await world.get(file)
        world.advance(1)
        const since = world.now
        const marked = await world.catalog.markMissing(user, file.id, { generation, since })
        expect(marked).toEqual({ ...before, missingSince: since.toISOString() })
        expect(await world.get(file)).toEqual(marked)
        const found = { generation, since: null }
        expect(await world.catalog.markMissing(user, file.id, found)).toEqual(before)
        expect(await world.get(file)).toEqual(before)
      }
    })

    test('resolves to undefined for a file that is not ready with this generation', async () => {
      await using world = await begin()
      const ready = await world.upload('/a')
      const sick = await world.reserve('/b')
      await world.settle(sick, { scan: infected })
      const pending = await world.reserve('/c')
      const mark = { generation: '1', since: world.now }
      const cases = [
        world.catalog.markMissing(user, ready.id, { ...mark, generation: '2' }),
        world.catalog.markMissing(user, sick.id, mark),
        world.catalog.markMissing(user, pending.id, mark),
        world.catalog.markMissing(user, newId(), mark),
        world.catalog.markMissing('user-2', ready.id, mark),
      ]
      expect(await Promise.all(cases)).toEqual(cases.map(() => undefined))
      expect(await world.get(ready)).toEqual(ready)
    })

    test('changes no counter, and the file can still be replaced, moved and deleted', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      const counters = await world.counters()
      await world.catalog.markMissing(user, file.id, { generation: '1', since: world.now })
      expect(await world.counters()).toEqual(counters)
      const next = await world.upload('/a', { onConflict: 'replace' })
      expect(await world.ownerOf('/a')).toBe(next.id)
      expect(await world.get(file)).toMatchObject({ isDeleted: true, supersededBy: next.id })
      expect(await world.catalog.purge(user, file.id)).toMatchObject({ id: file.id })
    })
  })

  describe('sweepProgress', () => {
    test('sweepProgress returns the text saved last', async () => {
      await using world = await begin()
      expect(await world.catalog.sweepProgress()).toBeUndefined()
      await world.catalog.saveSweepProgress('{"first":"…"}')
      await world.catalog.saveSweepProgress('second')
      expect(await world.catalog.sweepProgress()).toBe('second')
    })
  })
}

/** Adds two live files of 70 bytes in total, 50 bytes in the trash, 7 reserved bytes, and files that count zero bytes. */
async function filesOfEveryKind(world: World): Promise<void> {
  await world.upload('/a', { maxBytes: 50 })
  await world.upload('/a', { maxBytes: 60, onConflict: 'replace' })
  await world.upload('/b', { maxBytes: 10 })
  await world.reserve('/c', { maxBytes: 7 })
  const sick = await world.reserve('/d')
  await world.settle(sick, { scan: infected })
  await world.upload('/a', { workspaceId: 'user-2', maxBytes: 500 })
}
