import { describe, expect, test, vi } from 'vitest'
import { maxBytesAtOnce } from '../../../shared/ports/blob-store.ts'
import { contentType, newId, type BlobWorld } from './world.ts'

export function describeBlobReads(begin: () => Promise<BlobWorld>): void {
  describe('read', () => {
    test('returns the bytes, or an inclusive range of them', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), '0123456789')
      expect(await world.read(blob)).toBe('0123456789')
      expect(await world.read(blob, { start: 0, end: 0 })).toBe('0')
      expect(await world.read(blob, { start: 3, end: 5 })).toBe('345')
      expect(await world.read(blob, { start: 9, end: 9 })).toBe('9')
    })

    test('returns undefined for another generation and for another name', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      expect(await world.read({ storagePath, generation: '1' })).toBeUndefined()
      const first = await world.write(storagePath, 'first')
      await world.store.remove(first)
      const second = await world.write(storagePath, 'second')
      expect(second.generation).not.toBe(first.generation)
      expect(await world.read(first)).toBeUndefined()
      expect(await world.read(second)).toBe('second')
      const otherName = second.storagePath.replace('notes', 'other')
      expect(await world.read({ ...second, storagePath: otherName })).toBeUndefined()
    })

    test('a read that started before the removal returns the whole blob', async () => {
      await using world = await begin()
      const text = 'x'.repeat(3_000_000)
      const blob = await world.write(world.newPath(), text, { maxBytes: text.length })
      const body = await world.store.read(blob)
      await world.store.remove(blob)
      const chunks = (await body?.toArray()) as Buffer[]
      expect(Buffer.concat(chunks).length).toBe(text.length)
    })
  })

  describe('readBytes', () => {
    test('returns an inclusive range of the bytes', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), '0123456789')
      const read = async (start: number, end: number) =>
        (await world.store.readBytes(blob, { start, end }))?.toString()
      expect(await read(0, 9)).toBe('0123456789')
      expect(await read(3, 5)).toBe('345')
      expect(await read(9, 9)).toBe('9')
    })

    test('reads the longest range that it may', async () => {
      await using world = await begin()
      const text = 'x'.repeat(maxBytesAtOnce)
      const blob = await world.write(world.newPath(), text)
      const bytes = await world.store.readBytes(blob, { start: 0, end: text.length - 1 })
      expect(bytes?.toString()).toBe(text)
    })

    test('returns undefined for another generation and for another name', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), 'bytes')
      const range = { start: 0, end: 4 }
      const otherName = blob.storagePath.replace('notes', 'other')
      const elsewhere = { ...blob, storagePath: otherName }
      expect(await world.store.readBytes(elsewhere, range)).toBeUndefined()
      expect(await world.store.readBytes({ ...blob, generation: '1' }, range)).toBeUndefined()
      await world.store.remove(blob)
      expect(await world.store.readBytes(blob, range)).toBeUndefined()
    })

    test('throws if the blob ends before the range', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), 'bytes')
      await expect(world.store.readBytes(blob, { start: 0, end: 5 })).rejects.toThrow(Error)
    })
  })

  describe('openFile', () => {
    test('reads exactly this generation at any position, also after its removal, or opens nothing', async () => {
      await using world = await begin()
      const { store } = world
      const blob = await world.write(world.newPath(), '0123456789')
      const file = await store.openFile(blob)
      await store.remove(blob)
      if (!file) return
      const buffer = Buffer.alloc(4)
      expect(file.sizeBytes).toBe(10)
      expect([await file.read(buffer, 3), buffer.toString()]).toEqual([4, '3456'])
      expect([await file.read(buffer, 8), buffer.toString()]).toEqual([2, '8956'])
      expect(await file.read(buffer, 10)).toBe(0)
      await file.close()
      expect(await store.openFile(blob)).toBeUndefined()
    })

    test('returns undefined for another generation and for another name', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), 'bytes')
      const otherName = blob.storagePath.replace('notes', 'other')
      expect(await world.store.openFile({ ...blob, storagePath: otherName })).toBeUndefined()
      expect(await world.store.openFile({ ...blob, generation: '1' })).toBeUndefined()
    })
  })

  describe('stat', () => {
    test('returns the generation at a storage path, or undefined', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      expect(await world.store.stat(storagePath)).toBeUndefined()
      const blob = await world.write(storagePath, 'bytes')
      expect(await world.store.stat(storagePath)).toEqual(blob)
      expect(await world.store.stat(storagePath.replace('notes', 'other'))).toBeUndefined()
    })
  })

  describe('remove', () => {
    test('deletes exactly one generation', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const kept = await world.write(world.newPath(), 'kept')
      const first = await world.write(storagePath, 'first')
      await world.store.remove(first)
      expect(await world.store.stat(storagePath)).toBeUndefined()
      const second = await world.write(storagePath, 'second')
      await world.store.remove(first)
      expect(await world.read(second)).toBe('second')
      expect(await world.read(kept)).toBe('kept')
    })

    test('removing a missing blob succeeds', async () => {
      await using world = await begin()
      await world.store.remove({ storagePath: world.newPath(), generation: '1' })
      const blob = await world.write(world.newPath(), 'bytes')
      await Promise.all([world.store.remove(blob), world.store.remove(blob)])
      await world.store.remove(blob)
      expect(await world.store.stat(blob.storagePath)).toBeUndefined()
    })
  })

  describe('copy', () => {
    test('copies one generation to a free storage path, with a finalize event', async () => {
      await using world = await begin()
      const from = await world.write(world.newPath(), 'bytes')
      const storagePath = world.store.locate('user-2', newId(), 'copy.txt')
      const copy = await world.store.copy(from, storagePath)
      expect(copy).toMatchObject({ storagePath, sizeBytes: 5 })
      expect(await world.store.stat(storagePath)).toEqual(copy)
      await world.store.remove(from)
      expect(await world.read(copy)).toBe('bytes')
      const expected = [{ storagePath, generation: copy.generation }]
      await vi.waitFor(() => expect(world.eventsAt(storagePath)).toEqual(expected))
    })

    test('rejects a taken storage path and a missing generation', async () => {
      await using world = await begin()
      const from = await world.write(world.newPath(), 'bytes')
      const taken = await world.write(world.newPath(), 'taken')
      await expect(world.store.copy(from, taken.storagePath)).rejects.toThrow(Error)
      expect(await world.read(taken)).toBe('taken')
      await world.store.remove(from)
      const storagePath = world.newPath()
      await expect(world.store.copy(from, storagePath)).rejects.toThrow(Error)
      expect(await world.store.stat(storagePath)).toBeUndefined()
    })
  })

  describe('signUrl', () => {
    const contentDisposition = `attachment; filename="a \\"b\\".txt"; filename*=UTF-8''%C3%A4%20%26%20b.txt`

    test('serves this generation by GET and HEAD', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), 'signed bytes')
      const expiresAt = new Date(Date.now() + 60_000)
      const url = await world.store.signUrl(blob, { expiresAt, contentType, contentDisposition })
      const answer = await world.fetch(url)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('Content-Type')).toContain(contentType)
      expect(answer.headers.get('Content-Disposition')).toBe(contentDisposition)
      expect(await answer.text()).toBe('signed bytes')
      expect((await world.fetch(url, { method: 'HEAD' })).status).toBe(200)
    })

    test('serves no other generation', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), 'first')
      const expiresAt = new Date(Date.now() + 60_000)
      const url = await world.store.signUrl(blob, { expiresAt, contentType, contentDisposition })
      await world.store.remove(blob)
      await world.write(blob.storagePath, 'second')
      expect((await world.fetch(url)).ok).toBe(false)
    })

    test('serves until it expires', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), 'signed bytes')
      const expiresAt = new Date(Date.now() + 1000)
      const url = await world.store.signUrl(blob, { expiresAt, contentType, contentDisposition })
      await expect.poll(async () => (await world.fetch(url)).ok, { timeout: 10_000 }).toBe(false)
    })
  })

  describe('check', () => {
    test('check describes the store', async () => {
      await using world = await begin()
      expect(await world.store.check()).toMatch(/\w/)
    })
  })
}
