import { describe, expect, test } from 'vitest'
import { checksumOf, codeOf, newId, user, type Begin } from './world.ts'

export function describeReserve(begin: Begin): void {
  describe('reserve', () => {
    test('writes a pending file and reserves its bytes', async () => {
      await using world = await begin()
      const metadata = { tags: ['a', { ключ: null }] }
      const file = await world.reserve('/sessions/s1/Отчёт "q3".pdf', {
        metadata,
        maxBytes: 70,
        expectedChecksum: checksumOf('x'),
        uploadId: 'upload-1',
      })
      expect(file).toMatchObject({
        state: 'pending',
        name: 'Отчёт "q3".pdf',
        sessionId: 's1',
        sizeBytes: 70,
        isDeleted: false,
        createdAt: world.now.toISOString(),
        reservation: { maxBytes: 70, reservedBytes: 70, uploadId: 'upload-1' },
      })
      expect(await world.get(file)).toEqual(file)
      expect((await world.get(file))?.metadata).toEqual(metadata)
      expect(await world.counters()).toEqual({
        liveBytes: 0,
        liveCount: 0,
        reservedBytes: 70,
        trashBytes: 0,
      })
    })

    test('throws path-taken for a path with an owner', async () => {
      await using world = await begin()
      await world.upload('/a')
      expect(await codeOf(world.reserve('/a'))).toBe('path-taken')
      expect((await world.counters()).reservedBytes).toBe(0)
    })

    test('throws path-taken for a path with a pending file', async () => {
      await using world = await begin()
      await world.reserve('/a')
      expect(await codeOf(world.reserve('/a'))).toBe('path-taken')
    })

    test('another workspace can use the same path', async () => {
      await using world = await begin()
      await world.upload('/a')
      expect(await codeOf(world.reserve('/a', { workspaceId: 'user-2' }))).toBe('none')
    })

    test('with replace, accepts a taken path and keeps the owner until settle', async () => {
      await using world = await begin()
      const owner = await world.upload('/a')
      const first = await world.reserve('/a', { onConflict: 'replace' })
      const second = await world.reserve('/a', { onConflict: 'replace' })
      expect(await world.ownerOf('/a')).toBe(owner.id)
      expect([first.state, second.state]).toEqual(['pending', 'pending'])
    })

    test('mustBeAbsent throws precondition-failed for a taken path', async () => {
      await using world = await begin()
      await world.reserve('/pending')
      await world.upload('/owned')
      const absent = { mustBeAbsent: true, onConflict: 'replace' } as const
      expect(await codeOf(world.reserve('/pending', absent))).toBe('precondition-failed')
      expect(await codeOf(world.reserve('/owned', absent))).toBe('precondition-failed')
      expect(await codeOf(world.reserve('/free', absent))).toBe('none')
    })

    test("mustReplace throws precondition-failed unless the path's owner has one of the checksums", async () => {
      await using world = await begin()
      const owner = await world.upload('/a')
      const replace = (...mustReplace: string[]) =>
        world.reserve('/a', { onConflict: 'replace', mustReplace })
      expect(await codeOf(replace(checksumOf('other')))).toBe('precondition-failed')
      expect(await codeOf(replace())).toBe('precondition-failed')
      const file = await replace(checksumOf('other'), owner.checksum)
      expect(file.reservation.replaces).toBe(owner.id)
    })

    test('mustReplace with * throws precondition-failed unless the path has an owner', async () => {
      await using world = await begin()
      await world.reserve('/pending')
      const any = { onConflict: 'replace', mustReplace: '*' } as const
      expect(await codeOf(world.reserve('/a', any))).toBe('precondition-failed')
      expect(await codeOf(world.reserve('/pending', any))).toBe('precondition-failed')
      await world.upload('/a')
      expect((await world.reserve('/a', any)).reservation.replaces).toBe('*')
    })

    test("an overwrite reserves its growth over the owner's size, another upload its maxBytes", async () => {
      await using world = await begin(100)
      await world.upload('/a', { maxBytes: 50 })
      await world.upload('/b', { maxBytes: 40 })
      await world.reserve('/a', { maxBytes: 50, onConflict: 'replace' })
      expect((await world.counters()).reservedBytes).toBe(0)
      await world.reserve('/a', { maxBytes: 53, onConflict: 'replace' })
      expect((await world.counters()).reservedBytes).toBe(3)
      await world.reserve('/new', { maxBytes: 7, onConflict: 'replace' })
      expect((await world.counters()).reservedBytes).toBe(10)
    })

    test('throws quota-exceeded if live plus reserved bytes would exceed the quota', async () => {
      await using world = await begin(100)
      await world.upload('/a', { maxBytes: 60 })
      await world.reserve('/b', { maxBytes: 30 })
      expect(await codeOf(world.reserve('/c', { maxBytes: 11 }))).toBe('quota-exceeded')
      expect(await codeOf(world.reserve('/a', { maxBytes: 71, onConflict: 'replace' }))).toBe(
        'quota-exceeded',
      )
      expect(await codeOf(world.reserve('/c', { maxBytes: 10 }))).toBe('none')
    })

    test('a request without additional bytes never fails on quota', async () => {
      await using world = await begin(100)
      await world.upload('/a', { maxBytes: 100 })
      await world.catalog.setQuota(user, 10)
      expect(await codeOf(world.reserve('/empty', { maxBytes: 0 }))).toBe('none')
      expect(await codeOf(world.reserve('/a', { maxBytes: 100, onConflict: 'replace' }))).toBe(
        'none',
      )
    })

    test('sequences increase within a workspace', async () => {
      await using world = await begin()
      const first = await world.reserve('/a')
      const second = await world.upload('/b')
      await world.catalog.purge(user, second.id)
      await world.catalog.purge(user, first.id)
      const third = await world.reserve('/a')
      expect(second.sequence).toBeGreaterThan(first.sequence)
      expect(third.sequence).toBeGreaterThan(second.sequence)
    })

    test('throws a plain Error for an existing id and changes nothing', async () => {
      await using world = await begin()
      const id = newId()
      const file = await world.reserve('/a', { id })
      expect(await codeOf(world.reserve('/b', { id }))).not.toBe('none')
      expect(await world.get(file)).toEqual(file)
      expect((await world.counters()).reservedBytes).toBe(10)
    })
  })
}
