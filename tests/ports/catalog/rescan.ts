import { describe, expect, test } from 'vitest'
import type { FileRecord, ReadyFile, Scan } from '../../../shared/model/file.ts'
import { parsePath } from '../../../shared/model/path.ts'
import type { RejectedFile } from '../../../shared/ports/maintenance.ts'
import { rejectedAtOf } from '../../../shared/model/transitions.ts'
import { clean, infected, newId, unscannable, user, type Begin, type World } from './world.ts'

const nothing = { liveBytes: 0, liveCount: 0, reservedBytes: 0, trashBytes: 0 }
const path = parsePath('/a')

/** A scan with the signatures of the given day in January 2026. */
const signed = (day: number, scan: Scan = clean): Scan => ({ ...scan, signaturesAt: instant(day) })
const instant = (day: number) => new Date(Date.UTC(2026, 0, day)).toISOString()

const applyRescan = (world: World, file: ReadyFile, scan: Scan, generation = file.generation) =>
  world.catalog.applyRescan(file.workspaceId, file.id, { generation, scan })

/** Adds a ready file that was scanned with the signatures of the given day. */
async function uploadScanned(world: World, name: string, day: number, workspaceId = user) {
  const pending = await world.reserve(name, { workspaceId })
  const { file } = await world.settle(pending, { scan: signed(day) })
  return file as ReadyFile
}

export function describeRescan(begin: Begin): void {
  describe('applyRescan', () => {
    test('changes only a ready file with that generation', async () => {
      await using world = await begin()
      const pending = await world.reserve('/pending')
      const ready = await world.upload('/a')
      const sick = await world.reserve('/sick')
      await world.settle(sick, { scan: infected })
      for (const file of [
        pending,
        sick,
        { ...ready, workspaceId: 'user-2' },
        { ...ready, id: newId() },
      ]) {
        const before = await world.get(file)
        expect(
          await applyRescan(world, { ...ready, ...file } as ReadyFile, signed(2, infected), '1'),
        ).toBeUndefined()
        expect(await world.get(file)).toEqual(before)
      }
      expect(await applyRescan(world, ready, signed(2, infected), '2')).toBeUndefined()
      expect(await world.get(ready)).toEqual(ready)
    })

    test("clean replaces the record's scan and changes nothing else, not even updatedAt", async () => {
      await using world = await begin()
      const file = await world.upload('/a', { metadata: { kept: [[1]] } })
      world.advance(5)
      const after = { ...file, scan: signed(2) }
      expect(await applyRescan(world, file, signed(2))).toEqual(after)
      expect(await world.get(file)).toEqual(after)
      expect(await world.ownerOf('/a')).toBe(file.id)
      expect(await world.counters()).toEqual({ ...nothing, liveBytes: 10, liveCount: 1 })
    })

    test('unscannable is stored next to the current verdict and the file stays ready', async () => {
      await using world = await begin()
      const file = await uploadScanned(world, '/a', 1)
      const { verdict: _, ...inconclusive } = signed(2, unscannable)
      const after = { ...file, scan: { ...file.scan, inconclusive } }
      expect(await applyRescan(world, file, signed(2, unscannable))).toEqual(after)
      expect(await world.get(file)).toEqual(after)
      const again = { ...file, scan: signed(3) }
      expect(await applyRescan(world, file, signed(3))).toEqual(again)
    })

    test.each([clean, unscannable])(
      '$verdict changes nothing after a scan with the same or later signatures',
      async (scan) => {
        await using world = await begin()
        const file = await uploadScanned(world, '/a', 3)
        for (const later of [scan, signed(2, scan), signed(3, scan)]) {
          expect(await applyRescan(world, file, later)).toBeUndefined()
        }
        expect(await world.get(file)).toEqual(file)
        await applyRescan(world, file, signed(5, unscannable))
        expect(await applyRescan(world, file, signed(4, scan))).toBeUndefined()
      },
    )

    test('infected sets state and condemnedAt and releases path and quota', async () => {
      await using world = await begin(100)
      const file = await world.upload('/a', { maxBytes: 100, metadata: { kept: true } })
      world.advance(5)
      const scan = signed(2, infected)
      const at = world.now.toISOString()
      const after = { ...file, state: 'infected', scan, condemnedAt: at, updatedAt: at }
      expect(await applyRescan(world, file, scan)).toEqual(after)
      expect(await world.get(file)).toEqual(after)
      expect(await world.counters()).toEqual(nothing)
      expect((await world.list({ state: 'infected' })).files).toEqual([after])
      await world.upload('/a', { maxBytes: 100 })
    })

    test('a file in the trash becomes infected and keeps its deletedAt', async () => {
      await using world = await begin()
      const superseded = await world.upload('/a')
      const owner = await world.upload('/a', { onConflict: 'replace' })
      const deleted = await world.upload('/b')
      await world.catalog.remove(user, deleted.id)
      for (const { id } of [superseded, deleted]) {
        const before = (await world.catalog.get(user, id)) as ReadyFile
        world.advance(5)
        const { isDeleted, deletedAt, supersededBy } = before
        const after = { state: 'infected', isDeleted, deletedAt, supersededBy }
        expect(await applyRescan(world, before, signed(2, infected))).toMatchObject(after)
      }
      expect(await world.counters()).toEqual({ ...nothing, liveBytes: 10, liveCount: 1 })
      expect(await world.ownerOf('/a')).toBe(owner.id)
      const before = new Date(world.now.getTime() + 1)
      expect(await world.catalog.listTrash({ before, limit: 10 })).toHaveLength(2)
      expect(await world.catalog.listRejected({ before, limit: 10 })).toEqual([])
    })

    test('a file found infected later can be deleted, restored, moved and purged, and takes no path', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      await applyRescan(world, file, signed(2, infected))
      const owner = await world.upload('/a')
      await world.catalog.remove(user, file.id)
      expect(await world.catalog.restore(user, file.id)).toMatchObject({ state: 'infected' })
      await world.catalog.update(user, file.id, { path: parsePath('/b') })
      expect(await world.ownerOf('/a')).toBe(owner.id)
      expect(await world.catalog.purge(user, file.id)).toMatchObject({ path: '/b' })
      expect(await world.counters()).toEqual({ ...nothing, liveBytes: 10, liveCount: 1 })
    })

    test('the counters stay exact while other operations run', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      const overwrite = await world.reserve('/a', { onConflict: 'replace', maxBytes: 20 })
      await Promise.all([
        applyRescan(world, file, signed(2, infected)),
        world.settle(overwrite),
        world.catalog.update(user, file.id, { metadata: { a: 1 } }),
        applyRescan(world, file, signed(3, infected)),
      ])
      expect(await world.get(file)).toMatchObject({ state: 'infected' })
      expect(await world.ownerOf('/a')).toBe(overwrite.id)
      expect(await world.counters()).toEqual({ ...nothing, liveBytes: 20, liveCount: 1 })
    })
  })

  describe('getByPath after a rescan found the owner infected', () => {
    test('returns the file that was deleted or found infected last', async () => {
      await using world = await begin()
      const named = async () => (await world.catalog.getByPath(user, path))?.id
      const previous = await world.upload('/a')
      const condemned = await world.upload('/a', { onConflict: 'replace' })
      await applyRescan(world, condemned, signed(2, infected))
      expect(await named()).toBe(condemned.id)
      expect(await world.get(previous)).toMatchObject({ supersededBy: condemned.id })
      world.advance(1)
      const next = await world.upload('/a')
      expect(await named()).toBe(next.id)
      await world.catalog.remove(user, next.id)
      expect(await named()).toBe(next.id)
      await world.catalog.purge(user, next.id)
      expect(await named()).toBe(condemned.id)
      world.advance(1)
      await world.catalog.remove(user, condemned.id)
      expect(await named()).toBe(condemned.id)
      await world.catalog.purge(user, condemned.id)
      expect(await named()).toBeUndefined()
    })
  })

  describe('listRejected', () => {
    test('lists infected and unscannable files of all workspaces, oldest verdict first', async () => {
      await using world = await begin()
      const [late, third, second] = [
        await world.upload('/d'),
        await world.upload('/c'),
        await world.upload('/b'),
      ]
      const first = await world.upload('/a', { workspaceId: 'user-0' })
      const deleted = await world.upload('/deleted')
      const scannedAt = world.now.toISOString()
      const never = await world.reserve('/never-ready')
      await world.settle(never, { scan: { ...infected, scannedAt } })
      const neverLegible = await world.reserve('/never-legible')
      await world.settle(neverLegible, { scan: { ...unscannable, scannedAt } })
      for (const file of [first, deleted, third])
        await applyRescan(world, file, signed(2, infected))
      world.advance(1)
      await applyRescan(world, second, signed(2, infected))
      await world.catalog.remove(user, deleted.id)
      world.advance(1)
      const before = world.now
      await applyRescan(world, late, signed(2, infected))
      for (const limit of [1, 10]) {
        const list = (last?: RejectedFile) => {
          const after = last && { ...last, rejectedAt: rejectedAtOf(last) ?? '' }
          return world.catalog.listRejected({ before, limit, ...(after && { after }) })
        }
        const expected = [first.id, third.id, never.id, neverLegible.id, second.id]
        expect(await idsOf(list, limit)).toEqual(expected)
      }
    })
  })

  describe('listOutdated', () => {
    test('lists ready files of all workspaces by latest signatures, then by newest file', async () => {
      await using world = await begin()
      const unsigned = await world.upload('/none')
      const old = await uploadScanned(world, '/old', 2)
      const current = await uploadScanned(world, '/current', 4)
      const expected: ReadyFile[] = [old, unsigned]
      for (const [name, workspaceId] of [
        ['/a', user],
        ['/b', 'user-0'],
        ['/c', user],
      ] as const) {
        world.advance(1)
        expected.unshift(await uploadScanned(world, name, 3, workspaceId))
      }
      for (const limit of [1, 2, 10]) {
        const list = (after?: ReadyFile) =>
          world.catalog.listOutdated({
            signaturesBefore: new Date(instant(4)),
            limit,
            ...(after && { after }),
          })
        expect(await idsOf(list, limit)).toEqual(expected.map((file) => file.id))
      }
      const all = await world.catalog.listOutdated({
        signaturesBefore: new Date(instant(5)),
        limit: 10,
      })
      expect(all).toEqual([current, ...expected])
    })

    test('lists files in the trash too, but no empty, pending, infected or unscannable files', async () => {
      await using world = await begin()
      const superseded = await world.upload('/a')
      const owner = await world.upload('/a', { onConflict: 'replace' })
      const deleted = await world.upload('/b')
      await world.catalog.remove(user, deleted.id)
      await world.upload('/empty', { maxBytes: 0 })
      await world.settle(await world.reserve('/sick'), { scan: infected })
      await world.settle(await world.reserve('/odd'), { scan: unscannable })
      await world.reserve('/pending')
      const list = () =>
        world.catalog.listOutdated({ signaturesBefore: new Date(instant(2)), limit: 10 })
      expect((await list()).map((file) => file.id)).toEqual([deleted.id, owner.id, superseded.id])
      await applyRescan(world, owner, signed(2))
      await applyRescan(world, deleted, signed(2, unscannable))
      await applyRescan(world, superseded, signed(1, infected))
      expect(await list()).toEqual([])
    })
  })
}

/** The ids of all pages. */
async function idsOf<File extends FileRecord>(
  list: (after?: File) => Promise<File[]>,
  limit: number,
): Promise<string[]> {
  const files: File[] = []
  for (;;) {
    const page = await list(files.at(-1))
    files.push(...page)
    if (page.length < limit) return files.map((file) => file.id)
  }
}
