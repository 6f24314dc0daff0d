import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { defaultEventRetentionDays, type TrailEvent } from '../../../shared/model/trail/event.ts'
import { parsePath } from '../../../shared/model/path.ts'
import { listedFiles, replayedFiles } from '../../support/replayed-trail.ts'
import { codeOf, infected, newId, user, type Begin, type World } from '../catalog/world.ts'

const dayMs = 24 * 3600 * 1000
const never = new AbortController().signal

/** Reads the trail after a number in pages of `limit` events. */
export async function eventsOf(
  world: World,
  { after = 0, limit = 1000, workspaceId = user } = {},
): Promise<TrailEvent[]> {
  const events: TrailEvent[] = []
  for (;;) {
    const page = await world.trail.page(workspaceId, { after: after + events.length, limit })
    expect(page.events.length).toBeLessThanOrEqual(limit)
    events.push(...page.events)
    if (page.latest === after + events.length) return events
    expect(page.events).not.toEqual([])
  }
}

/** The fields of the events without those of their file. */
const toldBy = async (world: World) =>
  (await eventsOf(world)).map(({ type, code }) => (code ? { type, code } : { type }))

/** Uploads files until the trail has `count` events or one more. */
async function fill(world: World, count: number): Promise<void> {
  const paths = Array.from({ length: Math.ceil(count / 2) }, (_, i) => `/${i}`)
  await Promise.all(paths.map((path) => world.upload(path, { maxBytes: 0 })))
}

export function describeTrail(begin: Begin): void {
  describe('the trail', () => {
    test('has an event for each change of a file, numbered from 1 without gaps', async () => {
      await using world = await begin()
      expect(await world.trail.latest(user)).toBe(0)
      const file = await world.upload('/a')
      world.advance(5)
      await world.catalog.update(user, file.id, { metadata: { n: 1 } })
      await world.catalog.update(user, file.id, { path: parsePath('/b') })
      await world.catalog.remove(user, file.id)
      await world.catalog.restore(user, file.id, { path: parsePath('/c') })
      const later = await world.upload('/c', { onConflict: 'replace' })
      await world.catalog.purge(user, file.id)
      const at = new Date(world.now.getTime() - 5).toISOString()
      const common = { fileId: file.id, at: world.now.toISOString() }
      expect(await eventsOf(world)).toEqual([
        { ...common, sequence: 1, type: 'created', path: '/a', at },
        { ...common, sequence: 2, type: 'ready', path: '/a', at },
        { ...common, sequence: 3, type: 'updated', path: '/a' },
        { ...common, sequence: 4, type: 'moved', path: '/b', from: '/a' },
        { ...common, sequence: 5, type: 'deleted', path: '/b' },
        { ...common, sequence: 6, type: 'restored', path: '/c', from: '/b' },
        { ...common, sequence: 7, type: 'created', path: '/c', fileId: later.id },
        { ...common, sequence: 8, type: 'replaced', path: '/c', supersededBy: later.id },
        { ...common, sequence: 9, type: 'ready', path: '/c', fileId: later.id },
        { ...common, sequence: 10, type: 'purged', path: '/c' },
      ])
      expect(await world.trail.latest(user)).toBe(10)
    })

    test('tells why a pending file ends without a verdict', async () => {
      await using world = await begin()
      const cancelled = await world.reserve('/a')
      await world.catalog.remove(user, cancelled.id)
      await world.settle(await world.reserve('/a'), { sizeBytes: 11 })
      await world.settle(await world.reserve('/a'), { scan: infected })
      const owner = await world.upload('/b')
      const late = await world.reserve('/b', { onConflict: 'replace', mustReplace: '*' })
      await world.catalog.remove(user, owner.id)
      await world.settle(late)
      expect(await toldBy(world)).toEqual([
        { type: 'created' },
        { type: 'failed', code: 'gone' },
        { type: 'created' },
        { type: 'failed', code: 'too-large' },
        { type: 'created' },
        { type: 'infected' },
        { type: 'created' },
        { type: 'ready' },
        { type: 'created' },
        { type: 'deleted' },
        { type: 'failed', code: 'precondition-failed' },
      ])
    })

    test('has no event of a change that does not take effect, or that changes nothing', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      expect(await codeOf(world.reserve('/a'))).toBe('path-taken')
      await world.settle(file)
      await world.catalog.restore(user, file.id)
      await world.catalog.setQuota(user, 500)
      const pending = await world.reserve('/b')
      await world.catalog.noteProgress(user, pending.id, 5)
      const mark = { generation: '1', since: world.now }
      await world.catalog.markMissing(user, file.id, mark)
      const later = {
        generation: '1',
        scan: { ...file.scan, signaturesAt: '2026-01-02T00:00:00.000Z' },
      }
      await world.catalog.applyRescan(user, file.id, later)
      expect(await toldBy(world)).toEqual([
        { type: 'created' },
        { type: 'ready' },
        { type: 'created' },
      ])
    })

    test('numbers the events of concurrent changes in one order', async () => {
      await using world = await begin(100_000)
      const uploads = Array.from({ length: 60 }, (_, i) =>
        world.upload(`/${i % 20}`, { onConflict: 'rename' }),
      )
      await Promise.all(uploads)
      const { files } = await world.list({ limit: 1000 })
      expect(replayedFiles(await eventsOf(world))).toEqual(listedFiles(files))
    })

    test('has an event for each file of an operation on a folder', async () => {
      await using world = await begin()
      const ids = []
      for (const path of ['/a/1', '/a/2']) ids.push((await world.upload(path)).id)
      const expiresAt = new Date(world.now.getTime() + dayMs)
      const common = { workspaceId: user, expiresAt }
      await world.folders.start({ ...common, id: newId(), kind: 'move', folder: '/a/', to: '/b/' })
      await world.folders.start({ ...common, id: newId(), kind: 'delete', folder: '/b/' })
      const events = (await eventsOf(world)).slice(4)
      expect(events.map(({ type, path, from, fileId }) => [type, path, from, fileId])).toEqual([
        ['moved', '/b/1', '/a/1', ids[0]],
        ['moved', '/b/2', '/a/2', ids[1]],
        ['deleted', '/b/1', undefined, ids[0]],
        ['deleted', '/b/2', undefined, ids[1]],
      ])
    })
  })

  describe('page of the trail', () => {
    test.each([1, 7, 32, 100, 1000])('has at most %d events, in order', async (limit) => {
      await using world = await begin(100_000)
      await fill(world, 200)
      const events = await eventsOf(world, { limit })
      expect(events.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: 200 }, (_, i) => i + 1),
      )
      for (const after of [1, 31, 32, 33, 150, 199, 200]) {
        expect(await eventsOf(world, { after, limit })).toEqual(events.slice(after))
      }
    })

    test('has only events of the workspace', async () => {
      await using world = await begin()
      await world.upload('/a')
      await world.reserve('/a', { workspaceId: 'user-2' })
      expect((await eventsOf(world, { workspaceId: 'user-2' })).map(({ type }) => type)).toEqual([
        'created',
      ])
      expect(await world.trail.page('user-3', { after: 0, limit: 5 })).toEqual({
        events: [],
        latest: 0,
      })
    })

    test('throws events-expired if the next event is older than the retention', async () => {
      await using world = await begin(100_000)
      await fill(world, 100)
      world.advance(defaultEventRetentionDays * dayMs)
      await world.upload('/new')
      expect((await eventsOf(world)).length).toBe(102)
      world.advance(1)
      for (const after of [0, 10, 40, 99]) {
        const page = world.trail.page(user, { after, limit: 10 })
        expect(await codeOf(page)).toBe('events-expired')
      }
      expect((await eventsOf(world, { after: 100 })).map(({ type }) => type)).toEqual([
        'created',
        'ready',
      ])
      expect(await world.trail.latest(user)).toBe(102)
    })

    test('throws events-expired for a number above the latest', async () => {
      await using world = await begin()
      await world.upload('/a')
      for (const after of [3, 1000, Number.MAX_SAFE_INTEGER]) {
        expect(await codeOf(world.trail.page(user, { after, limit: 10 }))).toBe('events-expired')
      }
    })
  })

  describe('awaitPage of the trail', () => {
    test('resolves immediately if there is a newer event, and else when there is one', async () => {
      await using world = await begin()
      const query = { after: 0, limit: 10 }
      const first = world.trail.awaitPage(user, query, never)
      const file = await world.reserve('/a')
      expect(await first).toMatchObject({ events: [{ type: 'created' }], latest: 1 })
      expect(await world.trail.awaitPage(user, query, never)).toMatchObject({ latest: 1 })
      let isOver = false
      const next = world.trail
        .awaitPage(user, { ...query, after: 1 }, never)
        .finally(() => (isOver = true))
      await world.reserve('/a', { workspaceId: 'user-2' })
      await world.catalog.setQuota(user, 500)
      await delay(50)
      expect(isOver).toBe(false)
      await world.settle(file)
      expect(await next).toMatchObject({ events: [{ type: 'ready', sequence: 2 }], latest: 2 })
    })

    test('wakes every waiting caller', async () => {
      await using world = await begin()
      const waiting = Array.from({ length: 20 }, () =>
        world.trail.awaitPage(user, { after: 0, limit: 10 }, never),
      )
      await world.reserve('/a')
      for (const { events } of await Promise.all(waiting)) expect(events).toHaveLength(1)
    })

    test("rejects with the signal's reason when aborted", async () => {
      await using world = await begin()
      const controller = new AbortController()
      const waiting = world.trail.awaitPage(user, { after: 0, limit: 10 }, controller.signal)
      const other = world.trail.awaitPage(user, { after: 0, limit: 10 }, never)
      const reason = new Error('enough')
      controller.abort(reason)
      await expect(waiting).rejects.toBe(reason)
      const late = world.trail.awaitPage(user, { after: 0, limit: 10 }, controller.signal)
      await expect(late).rejects.toBe(reason)
      await world.reserve('/a')
      expect((await other).latest).toBe(1)
    })
  })

  describe('purgeExpired of the trail', () => {
    test('deletes only events that are older than the retention', async () => {
      await using world = await begin()
      const users = [user, 'user-2', 'user-3']
      for (const workspaceId of users) await world.upload('/a', { workspaceId })
      world.advance(defaultEventRetentionDays * dayMs + 1)
      for (const workspaceId of users.slice(0, 2)) await world.upload('/b', { workspaceId })
      let from: string | undefined
      do {
        const { purged, next } = await world.trail.purgeExpired({ limit: 1, from })
        expect(purged).toBeLessThanOrEqual(1)
        from = next
      } while (from !== undefined)
      for (const workspaceId of users.slice(0, 2)) {
        expect(await world.trail.latest(workspaceId)).toBe(4)
        expect((await eventsOf(world, { workspaceId, after: 2 })).length).toBe(2)
      }
      for (const workspaceId of users) {
        const page = world.trail.page(workspaceId, { after: 1, limit: 1 })
        expect(await codeOf(page)).toBe('events-expired')
      }
      expect(await world.trail.page('user-3', { after: 2, limit: 1 })).toEqual({
        events: [],
        latest: 2,
      })
    })
  })
}
