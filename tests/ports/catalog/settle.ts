import { describe, expect, test } from 'vitest'
import type { FileRecord } from '../../../shared/model/file.ts'
import { parsePath } from '../../../shared/model/path.ts'
import { checksumOf, clean, infected, unscannable, newId, user, type Begin } from './world.ts'

const nothing = { liveBytes: 0, liveCount: 0, reservedBytes: 0, trashBytes: 0 }

export function describeSettle(begin: Begin): void {
  describe('settle', () => {
    test('clean makes the file ready with the results of the scan', async () => {
      await using world = await begin()
      const pending = await world.reserve('/a', { maxBytes: 50, metadata: { kept: true } })
      world.advance(5)
      const found = {
        sizeBytes: 30,
        mimeType: 'text/csv',
        charset: 'utf-8' as const,
        checksum: checksumOf('csv'),
      }
      const { file, settled, purged } = await world.settle(pending, { ...found, generation: '77' })
      const { reservation: _, ...kept } = pending
      expect(file).toEqual({
        ...kept,
        ...found,
        state: 'ready',
        generation: '77',
        scan: clean,
        updatedAt: world.now.toISOString(),
      })
      expect([settled, purged]).toEqual([true, []])
      expect(await world.get(pending)).toEqual(file)
      expect(await world.counters()).toEqual({ ...nothing, liveBytes: 30, liveCount: 1 })
    })

    test('a redelivered event changes nothing and returns the existing record', async () => {
      await using world = await begin()
      const pending = await world.reserve('/a')
      const { file } = await world.settle(pending)
      world.advance(5)
      const again = await world.settle(pending, { scan: infected, sizeBytes: 999 })
      expect(again).toEqual({ file, settled: false, purged: [] })
      expect(await world.get(pending)).toEqual(file)
    })

    test('an unknown file is not settled', async () => {
      await using world = await begin()
      const pending = await world.reserve('/a')
      const unknown = await world.settle({ ...pending, id: newId() })
      const foreign = await world.settle({ ...pending, workspaceId: 'user-2' })
      expect(unknown).toEqual({ file: undefined, settled: false, purged: [] })
      expect(foreign).toEqual({ file: undefined, settled: false, purged: [] })
      expect(await world.get(pending)).toEqual(pending)
    })

    test('another checksum than expected removes the record with refusal digest-mismatch', async () => {
      await using world = await begin()
      const pending = await world.reserve('/a', { expectedChecksum: checksumOf('expected') })
      const result = await world.settle(pending, { checksum: checksumOf('other') })
      expect(result).toMatchObject({ file: undefined, settled: true, refusal: 'digest-mismatch' })
      expect(await world.get(pending)).toBeUndefined()
      expect(await world.catalog.refusal(user, pending.id)).toEqual({ code: 'digest-mismatch' })
      expect(await world.counters()).toEqual(nothing)
      await world.reserve('/a')
    })

    test('accepts bytes with the expected checksum', async () => {
      await using world = await begin()
      const checksum = checksumOf('expected')
      const pending = await world.reserve('/a', { expectedChecksum: checksum })
      expect((await world.settle(pending, { checksum })).file?.state).toBe('ready')
    })

    test('more bytes than maxBytes remove the record with refusal too-large', async () => {
      await using world = await begin()
      const pending = await world.reserve('/a', { maxBytes: 10 })
      const result = await world.settle(pending, { sizeBytes: 11 })
      expect(result).toMatchObject({ file: undefined, settled: true, refusal: 'too-large' })
      expect(await world.get(pending)).toBeUndefined()
      expect(await world.catalog.refusal(user, pending.id)).toEqual({ code: 'too-large' })
      expect(await world.counters()).toEqual(nothing)
    })

    test('fewer bytes than a resumable session announced remove the record with refusal size-mismatch', async () => {
      await using world = await begin()
      const old = await world.upload('/a', { maxBytes: 30 })
      const session = { maxBytes: 50, uploadId: 'upload-1', onConflict: 'replace' as const }
      const pending = await world.reserve('/a', session)
      const result = await world.settle(pending, { sizeBytes: 49 })
      expect(result).toMatchObject({ file: undefined, settled: true, refusal: 'size-mismatch' })
      expect(await world.get(pending)).toBeUndefined()
      expect(await world.catalog.refusal(user, pending.id)).toEqual({
        code: 'size-mismatch',
        sizes: { announcedBytes: 50, storedBytes: 49 },
      })
      expect(await world.ownerOf('/a')).toBe(old.id)
      expect(await world.counters()).toEqual({ ...nothing, liveBytes: 30, liveCount: 1 })
    })

    test('fewer bytes than maxBytes without a resumable session make the file ready', async () => {
      await using world = await begin()
      const pending = await world.reserve('/a', { maxBytes: 50 })
      expect((await world.settle(pending, { sizeBytes: 49 })).file?.state).toBe('ready')
    })

    test("a clean file becomes the path's owner, and the previous owner goes to the trash", async () => {
      await using world = await begin()
      const old = await world.upload('/a', { maxBytes: 30 })
      const pending = await world.reserve('/a', { maxBytes: 20, onConflict: 'replace' })
      world.advance(5)
      await world.settle(pending)
      expect(await world.ownerOf('/a')).toBe(pending.id)
      const at = world.now.toISOString()
      expect(await world.get(old)).toEqual({
        ...old,
        isDeleted: true,
        deletedAt: at,
        updatedAt: at,
        supersededBy: pending.id,
      })
      expect(await world.counters()).toEqual({
        ...nothing,
        liveBytes: 20,
        liveCount: 1,
        trashBytes: 30,
      })
    })

    test('a clean file goes to the trash if the owner was reserved later', async () => {
      await using world = await begin()
      const earlier = await world.reserve('/a', { maxBytes: 10 })
      const later = await world.reserve('/a', { maxBytes: 20, onConflict: 'replace' })
      await world.settle(later)
      const { file, refusal } = await world.settle(earlier)
      expect(file).toMatchObject({ state: 'ready', isDeleted: true, supersededBy: later.id })
      expect(refusal).toBeUndefined()
      expect(await world.ownerOf('/a')).toBe(later.id)
      expect((await world.counters()).trashBytes).toBe(10)
    })

    test('a clean file whose replaces lost the path goes to the trash with refusal precondition-failed', async () => {
      await using world = await begin()
      const old = await world.upload('/a')
      const match = { onConflict: 'replace' as const, mustReplace: [old.checksum] }
      const late = await world.reserve('/a', match)
      const other = await world.upload('/a', { onConflict: 'replace' })
      const result = await world.settle(late)
      expect(result.refusal).toBe('precondition-failed')
      expect(result.file).toMatchObject({ isDeleted: true, supersededBy: other.id })
      expect(await world.ownerOf('/a')).toBe(other.id)
      expect(await world.catalog.refusal(user, late.id)).toEqual({ code: 'precondition-failed' })
    })

    test.each(['id', '*'] as const)(
      'a clean file whose replaces (%s) left the path without an owner goes to the trash',
      async (kind) => {
        await using world = await begin()
        const old = await world.upload('/a')
        const mustReplace = kind === '*' ? '*' : [old.checksum]
        const late = await world.reserve('/a', { onConflict: 'replace', mustReplace })
        await world.catalog.remove(user, old.id)
        const { file, refusal } = await world.settle(late)
        expect(refusal).toBe('precondition-failed')
        expect(file).toMatchObject({ state: 'ready', isDeleted: true })
        expect(file?.supersededBy).not.toBeNull()
        expect(await world.ownerOf('/a')).toBeUndefined()
      },
    )

    test('with replaces *, replaces any owner of the path', async () => {
      await using world = await begin()
      await world.upload('/a')
      const other = await world.reserve('/a', { onConflict: 'replace' })
      const late = await world.reserve('/a', { onConflict: 'replace', mustReplace: '*' })
      await world.settle(other)
      expect(await world.settle(late)).not.toHaveProperty('refusal')
      expect(await world.ownerOf('/a')).toBe(late.id)
      expect(await world.get(other)).toMatchObject({ supersededBy: late.id })
    })

    test('a clean file beyond the quota is removed with refusal quota-exceeded', async () => {
      await using world = await begin(100)
      const owner = await world.upload('/a', { maxBytes: 50 })
      const overwrite = await world.reserve('/a', { maxBytes: 60, onConflict: 'replace' })
      await world.catalog.remove(user, owner.id)
      await world.upload('/b', { maxBytes: 90 })
      const result = await world.settle(overwrite)
      expect(result).toMatchObject({ file: undefined, settled: true, refusal: 'quota-exceeded' })
      expect(await world.get(overwrite)).toBeUndefined()
      expect(await world.counters()).toMatchObject({ liveBytes: 90, reservedBytes: 0 })
    })

    test('bytes reserved by other files count against the quota', async () => {
      await using world = await begin(100)
      const owner = await world.upload('/a', { maxBytes: 50 })
      const overwrite = await world.reserve('/a', { maxBytes: 60, onConflict: 'replace' })
      await world.catalog.remove(user, owner.id)
      await world.reserve('/b', { maxBytes: 90 })
      expect((await world.settle(overwrite)).refusal).toBe('quota-exceeded')
      expect(await world.counters()).toMatchObject({ liveBytes: 0, reservedBytes: 90 })
    })

    test.each([infected, unscannable])(
      "$verdict becomes the record's state and releases path and quota",
      async (scan) => {
        await using world = await begin()
        const owner = await world.upload('/a')
        const pending = await world.reserve('/a', { onConflict: 'replace', maxBytes: 40 })
        const { file, refusal } = await world.settle(pending, { scan })
        expect(file).toMatchObject({ state: scan.verdict, scan, isDeleted: false })
        expect(refusal).toBeUndefined()
        expect(await world.ownerOf('/a')).toBe(owner.id)
        expect(await world.counters()).toEqual({ ...nothing, liveBytes: 10, liveCount: 1 })
        const create = await world.reserve('/free')
        await world.settle(create, { scan })
        await world.reserve('/free')
      },
    )

    test('an infected late overwrite does not change the path', async () => {
      await using world = await begin()
      const earlier = await world.reserve('/a')
      const later = await world.upload('/a', { onConflict: 'replace' })
      await world.settle(earlier, { scan: infected })
      expect(await world.ownerOf('/a')).toBe(later.id)
    })

    test('of overlapping overwrites the one reserved last owns the path, in any order of settling', async () => {
      for (const order of permutations([0, 1, 2, 3])) {
        await using world = await begin()
        const files: FileRecord[] = [await world.reserve('/a')]
        for (let i = 1; i < 4; i++) files.push(await world.reserve('/a', { onConflict: 'replace' }))
        for (const i of order) if (files[i]) await world.settle(files[i])
        expect({ order, owner: await world.ownerOf('/a') }).toEqual({ order, owner: files[3]?.id })
        const { files: trash } = await world.list({ deleted: true })
        expect(trash.map((file) => [file.state, file.supersededBy !== null])).toEqual(
          Array.from({ length: 3 }, () => ['ready', true]),
        )
        expect(await world.counters()).toEqual({
          liveBytes: 10,
          liveCount: 1,
          reservedBytes: 0,
          trashBytes: 30,
        })
      }
    })

    test('a pending overwrite takes the path after the owner has moved away', async () => {
      await using world = await begin()
      const owner = await world.upload('/a')
      const pending = await world.reserve('/a', { onConflict: 'replace' })
      await world.catalog.update(user, owner.id, { path: parsePath('/b') })
      await world.settle(pending)
      expect(await world.ownerOf('/a')).toBe(pending.id)
      expect(await world.ownerOf('/b')).toBe(owner.id)
      expect((await world.counters()).liveBytes).toBe(20)
    })

    test('decides on the current record and owner if they changed after get returned the file', async () => {
      await using world = await begin()
      const first = await world.upload('/a')
      const reserve = async () => {
        const { id } = await world.reserve('/a', { onConflict: 'replace', maxBytes: 20 })
        return (await world.catalog.get(user, id)) ?? first
      }

      const described = await reserve()
      await world.catalog.update(user, described.id, { metadata: { later: 1 } })
      const { file } = await world.settle(described)
      expect(file).toMatchObject({ state: 'ready', metadata: { later: 1 } })

      const overtaken = await reserve()
      await world.settle(await reserve())
      expect((await world.settle(overtaken)).file?.isDeleted).toBe(true)

      const orphaned = await reserve()
      const owner = await world.ownerOf('/a')
      if (owner) await world.catalog.purge(user, owner)
      expect((await world.settle(orphaned)).file?.isDeleted).toBe(false)

      const removed = await reserve()
      await world.catalog.remove(user, removed.id)
      expect((await world.settle(removed)).settled).toBe(false)
      expect(await world.counters()).toMatchObject({ liveBytes: 20, liveCount: 1 })
    })
  })
}

function permutations(items: number[]): number[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item) => {
    const others = items.filter((other) => other !== item)
    return permutations(others).map((rest) => rest.concat(item))
  })
}
