import { setImmediate } from 'node:timers/promises'
import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { bodyOf, newId, openBody, type BlobWorld } from './world.ts'

export function describeBlobWrites(begin: () => Promise<BlobWorld>): void {
  describe('locate', () => {
    test('is pure, and unique for the file’s id', async () => {
      await using world = await begin()
      const { store } = world
      const id = newId()
      expect(store.locate('user-1', id, 'a.txt')).toBe(store.locate('user-1', id, 'a.txt'))
      expect(store.locate('user-1', newId(), 'a.txt')).not.toBe(store.locate('user-1', id, 'a.txt'))
      expect(await store.stat(store.locate('user-1', id, 'a.txt'))).toBeUndefined()
    })

    test.each([
      ['a user id with slashes and dots', '../../etc/passwd'],
      ['a user id of 400 characters', 'https://issuer.example/Ünïcode|'.repeat(14)],
      ['a user id that differs only in case', 'USER-1'],
    ])('holds the bytes of %s', async (_, user) => {
      await using world = await begin()
      const id = newId()
      const storagePath = world.store.locate(user, id, 'a.txt')
      const other = world.store.locate('user-1', id, 'a.txt')
      const blob = await world.write(storagePath, 'theirs')
      await world.write(other, 'mine')
      expect(await world.read(blob)).toBe('theirs')
      expect((await world.list(10)).sort()).toEqual([storagePath, other].sort())
    })
  })

  describe('write', () => {
    test('stores a body and returns its generation and size', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const before = Date.now()
      const blob = await world.write(storagePath, 'some bytes')
      expect(blob).toMatchObject({ storagePath, sizeBytes: 10 })
      expect(blob.storedAt.getTime()).toBeGreaterThanOrEqual(before - 60_000)
      expect(blob.storedAt.getTime()).toBeLessThanOrEqual(Date.now() + 60_000)
      expect(await world.read(blob)).toBe('some bytes')
    })

    test('stores an empty body', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), Readable.from([]))
      expect(blob.sizeBytes).toBe(0)
      expect(await world.read(blob)).toBe('')
    })

    test('stores every byte in order for any chunking of the body', async () => {
      await using world = await begin()
      const pieces = Array.from({ length: 5000 }, (_, i) => `${i},`.repeat(i % 7))
      const blob = await world.write(
        world.newPath(),
        Readable.from(pieces.map((p) => Buffer.from(p))),
      )
      expect(await world.read(blob)).toBe(pieces.join(''))
    })

    test('the blob is invisible until the body has ended and beforeCommit has resolved', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const body = openBody('half')
      const committing = Promise.withResolvers<void>()
      let written: unknown
      const writing = world.write(storagePath, body, {
        beforeCommit: (sizes) => {
          written = sizes
          return committing.promise
        },
      })
      await setImmediate()
      expect(await world.store.stat(storagePath)).toBeUndefined()
      body.push('half')
      body.push(null)
      await vi.waitFor(() => expect(written).toEqual({ sizeBytes: 8 }))
      expect(await world.store.stat(storagePath)).toBeUndefined()
      expect(await world.list(10)).toEqual([])
      committing.resolve()
      const blob = await writing
      expect(await world.store.stat(storagePath)).toEqual(blob)
      expect(await world.list(10)).toEqual([storagePath])
    })

    test('a failing body stores nothing', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const body = openBody('half')
      const writing = world.write(storagePath, body)
      body.destroy(new Error('cut off'))
      await expect(writing).rejects.toThrow('cut off')
      await expectNothing(world, storagePath)
    })

    test('a body that failed before the write stores nothing', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const body = openBody('half')
      body.on('error', () => {})
      body.destroy(new Error('cut off'))
      await setImmediate()
      await expect(world.write(storagePath, body)).rejects.toThrow(Error)
      await expectNothing(world, storagePath)
    })

    test('an aborted write stores nothing', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const controller = new AbortController()
      const writing = world.write(storagePath, openBody('half'), { signal: controller.signal })
      controller.abort()
      await expect(writing).rejects.toThrow(Error)
      await expectNothing(world, storagePath)
    })

    test('a failing beforeCommit stores nothing', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const writing = world.write(storagePath, 'bytes', {
        beforeCommit: () => Promise.reject(new Error('the path is taken')),
      })
      await expect(writing).rejects.toThrow('the path is taken')
      await expectNothing(world, storagePath)
      expect(await world.write(storagePath, 'again')).toMatchObject({ sizeBytes: 5 })
    })

    test('rejects a write to a taken storage path', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const blob = await world.write(storagePath, 'first')
      const second = world.write(storagePath, 'second')
      await expect(second).rejects.toThrow(Error)
      await expect(second).rejects.not.toHaveProperty('code')
      expect(await world.read(blob)).toBe('first')
      expect(await world.store.stat(storagePath)).toEqual(blob)
    })

    test('exactly one of two concurrent writes succeeds', async () => {
      await using world = await begin()
      for (let round = 0; round < 10; round++) {
        const storagePath = world.newPath()
        const bodies = ['one', 'two', 'three', 'four']
        const outcomes = await Promise.allSettled(
          bodies.map((body) => world.write(storagePath, body)),
        )
        const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
        const stored = await world.store.stat(storagePath)
        expect(stored && (await world.read(stored))).toBe(bodies[winner])
      }
    })

    test('throws too-large at the first byte beyond maxBytes', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const writing = world.write(storagePath, openBody('12345678901'), { maxBytes: 10 })
      await expect(writing).rejects.toMatchObject({
        code: 'too-large',
        message: expect.stringContaining('10 bytes') as string,
      })
      await expectNothing(world, storagePath)
    })

    test('stores a body of exactly maxBytes', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), bodyOf('1234567890'), { maxBytes: 10 })
      expect(blob.sizeBytes).toBe(10)
    })

    test('a write delivers one finalize event', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const { generation } = await world.write(storagePath, 'bytes')
      const expected = [{ storagePath, generation }]
      await vi.waitFor(() => expect(world.eventsAt(storagePath)).toEqual(expected))
    })
  })
}

async function expectNothing(world: BlobWorld, storagePath: string): Promise<void> {
  expect(await world.store.stat(storagePath)).toBeUndefined()
  expect(await world.list(10)).toEqual([])
  expect(world.eventsAt(storagePath)).toEqual([])
}
