import { describe, expect, test, vi } from 'vitest'
import type { BlobWorld } from './world.ts'

/** Cloud Storage accepts only chunks in multiples of 256 KiB, so the suite sends no others. */
const chunk = 'x'.repeat(256 * 1024)
const total = 2 * chunk.length + 5

export function describeBlobUploads(begin: () => Promise<BlobWorld>): void {
  describe('openUpload', () => {
    test('one PUT to the session stores the blob, with a finalize event', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const { url } = await world.openUpload(storagePath, 5)
      expect(await world.store.stat(storagePath)).toBeUndefined()
      expect((await world.put(url, 'bytes')).ok).toBe(true)
      const blob = await world.store.stat(storagePath)
      expect(blob && (await world.read(blob))).toBe('bytes')
      await vi.waitFor(() => expect(world.eventsAt(storagePath).length).toBeGreaterThan(0))
    })

    test('uploadSession returns the session again', async () => {
      await using world = await begin()
      const session = await world.openUpload(world.newPath(), 5)
      expect(await world.store.uploadSession(session.uploadId)).toEqual(session)
    })

    test('accepts chunks in multiples of chunkMultiple and reports the held bytes with 308', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const { url, chunkMultiple } = await world.openUpload(storagePath, total)
      expect(chunk.length % chunkMultiple).toBe(0)
      const first = await world.put(url, chunk, `bytes 0-${chunk.length - 1}/${total}`)
      expect([first.status, first.headers.get('Range')]).toEqual([
        308,
        `bytes=0-${chunk.length - 1}`,
      ])
      const second = await world.put(url, chunk, `bytes ${chunk.length}-${2 * chunk.length - 1}/*`)
      expect(second.headers.get('Range')).toBe(`bytes=0-${2 * chunk.length - 1}`)
      expect(await world.store.stat(storagePath)).toBeUndefined()
      const last = await world.put(url, '12345', `bytes ${total - 5}-${total - 1}/${total}`)
      expect(last.ok).toBe(true)
      const blob = await world.store.stat(storagePath)
      expect(blob && (await world.read(blob))).toBe(`${chunk}${chunk}12345`)
    })

    test('reports the held bytes of a session', async () => {
      await using world = await begin()
      const { url } = await world.openUpload(world.newPath(), total)
      const nothing = await world.put(url, '', `bytes */${total}`)
      expect([nothing.status, nothing.headers.get('Range')]).toEqual([308, null])
      await world.put(url, chunk, `bytes 0-${chunk.length - 1}/${total}`)
      const some = await world.put(url, '', 'bytes */*')
      expect([some.status, some.headers.get('Range')]).toEqual([308, `bytes=0-${chunk.length - 1}`])
    })

    test('a repeated last chunk and a status query after it report a complete upload', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const { url } = await world.openUpload(storagePath, 5)
      expect((await world.put(url, 'bytes', 'bytes 0-4/5')).ok).toBe(true)
      expect((await world.put(url, 'bytes', 'bytes 0-4/5')).ok).toBe(true)
      expect((await world.put(url, '', 'bytes */5')).ok).toBe(true)
      const blob = await world.store.stat(storagePath)
      expect(blob && (await world.read(blob))).toBe('bytes')
    })

    test('rejects more bytes than sizeBytes', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const { url } = await world.openUpload(storagePath, 5)
      const answer = await world.put(url, 'bytes!', 'bytes 0-5/6')
      expect(Math.floor(answer.status / 100)).toBe(4)
      expect(await world.store.stat(storagePath)).toBeUndefined()
    })

    test('accepts an empty file', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const { url } = await world.openUpload(storagePath, 0)
      expect((await world.put(url, '', 'bytes */0')).ok).toBe(true)
      expect(await world.store.stat(storagePath)).toMatchObject({ sizeBytes: 0 })
    })
  })

  describe('cancelUpload', () => {
    test('a cancelled session answers 404, 410 or 499', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const { url, uploadId } = await world.openUpload(storagePath, 5)
      await world.store.cancelUpload(uploadId)
      expect([404, 410, 499]).toContain((await world.put(url, 'bytes')).status)
      expect([404, 410, 499]).toContain((await world.put(url, '', 'bytes */5')).status)
      expect(await world.store.stat(storagePath)).toBeUndefined()
    })

    test('cancelling an unknown session succeeds', async () => {
      await using world = await begin()
      const { uploadId } = await world.openUpload(world.newPath(), 5)
      await world.store.cancelUpload(uploadId)
      expect(await world.store.cancelUpload(uploadId)).toBeUndefined()
    })
  })
}
