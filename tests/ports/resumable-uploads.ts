import { setImmediate } from 'node:timers/promises'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { BlobStore, FinalizeEvent } from '../../shared/ports/blob-store.ts'
import type { ResumableUploads } from '../../shared/ports/resumable.ts'
import { BlobWorld, bodyOf, openBody } from './blob-store/world.ts'

export interface OpenedUploads extends AsyncDisposable {
  store: BlobStore & ResumableUploads
  events: readonly FinalizeEvent[]
  fetch: (url: string, init?: RequestInit) => Promise<Response>
}

/** The contract of `ResumableUploads`. */
export function describeResumableUploads(name: string, open: () => Promise<OpenedUploads>): void {
  async function begin(sizeBytes: number) {
    const opened = await open()
    const world = await BlobWorld.open(async () => opened)
    const storagePath = world.newPath()
    const { uploadId } = await world.openUpload(storagePath, sizeBytes)
    const { store } = opened
    return {
      store,
      storagePath,
      uploadId,
      append: (firstByte: number, body: string | Readable, sizeBytes?: number) =>
        store.append(uploadId, {
          firstByte,
          body: typeof body === 'string' ? bodyOf(body) : body,
          ...(sizeBytes !== undefined && { sizeBytes }),
        }),
      held: async () => (await store.status(uploadId)).storedBytes,
      stored: async () => {
        const blob = await store.stat(storagePath)
        return blob && (await world.read(blob))
      },
      events: () => world.eventsAt(storagePath),
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    }
  }
  const refused = { code: 'invalid-request' }

  describe(`ResumableUploads: ${name}`, () => {
    test('appends the bytes of successive requests', async () => {
      await using upload = await begin(10)
      expect(await upload.append(0, '0123')).toEqual({ storedBytes: 4, isComplete: false })
      expect(await upload.append(4, '456')).toEqual({ storedBytes: 7, isComplete: false })
      expect(await upload.stored()).toBeUndefined()
      expect(await upload.append(7, '789')).toEqual({ storedBytes: 10, isComplete: true })
      expect(await upload.stored()).toBe('0123456789')
    })

    test('ignores bytes that are already held', async () => {
      await using upload = await begin(10)
      await upload.append(0, '0123')
      expect(await upload.append(0, 'xxxx')).toEqual({ storedBytes: 4, isComplete: false })
      expect(await upload.append(2, 'xx456')).toEqual({ storedBytes: 7, isComplete: false })
      await upload.append(0, 'xxxxxxx789')
      expect(await upload.stored()).toBe('0123456789')
    })

    test('rejects bytes that leave a gap and keeps the held bytes', async () => {
      await using upload = await begin(10)
      await upload.append(0, '0123')
      await expect(upload.append(5, '56789')).rejects.toMatchObject(refused)
      expect(await upload.held()).toBe(4)
    })

    test.each([
      ['than the request declared', 4, '456789', 3],
      ['than the request declared, in bytes that are held', 0, '012345', 2],
      ['than the file has', 4, '456789x', undefined],
      ['than the file has, in a request that declares them', 4, '456789x', 7],
    ])('rejects more bytes %s and keeps the held bytes', async (_, first, body, size) => {
      await using upload = await begin(10)
      await upload.append(0, '0123')
      const pieces = Readable.from(body.split('').map((character) => Buffer.from(character)))
      await expect(upload.append(first, pieces, size)).rejects.toMatchObject(refused)
      expect(await upload.held()).toBe(4)
      await upload.append(4, '456789')
      expect(await upload.stored()).toBe('0123456789')
    })

    test('rejects a total that differs from the session’s', async () => {
      await using upload = await begin(10)
      const { store, uploadId } = upload
      const chunk = { firstByte: 0, body: bodyOf('0123'), totalBytes: 11 }
      await expect(store.append(uploadId, chunk)).rejects.toMatchObject(refused)
      await expect(store.status(uploadId, 11)).rejects.toMatchObject(refused)
      expect(await upload.held()).toBe(0)
    })

    test('keeps the bytes that arrived before the body failed', async () => {
      await using upload = await begin(2_000_010)
      const body = openBody('x'.repeat(2_000_000))
      const appending = upload.append(0, body)
      body.push('y'.repeat(5))
      await expect.poll(() => body.readableLength).toBe(0)
      body.destroy(new Error('cut off'))
      await expect(appending).rejects.toThrow('cut off')
      expect(await upload.held()).toBe(2_000_005)
    })

    test('a later request takes over: the earlier one ends with invalid-request, and their bytes never mix', async () => {
      await using upload = await begin(10)
      const hung = openBody('012')
      const earlier = upload.append(0, hung)
      await expect.poll(() => upload.held()).toBe(3)
      const later = upload.append(3, '3456789')
      await expect(earlier).rejects.toMatchObject(refused)
      hung.push('xxxxxxx')
      expect(await later).toEqual({ storedBytes: 10, isComplete: true })
      expect(await upload.stored()).toBe('0123456789')
    })

    test('a later request takes over at any point of the earlier one', async () => {
      await using upload = await begin(10)
      for (let turns = 0; turns < 40; turns++) {
        const earlier = upload.append(0, openBody('01')).catch((error: unknown) => error)
        for (let turn = 0; turn < turns; turn++) await setImmediate()
        await upload.append(0, '01')
        expect(await earlier).toMatchObject(refused)
      }
      expect(await upload.held()).toBe(2)
    })

    test('the last of many concurrent requests takes over', async () => {
      await using upload = await begin(10)
      const hung = Array.from({ length: 5 }, () => upload.append(0, openBody('01')))
      const last = upload.append(0, '0123456789')
      const outcomes = await Promise.allSettled(hung)
      expect(outcomes.map(({ status }) => status)).toEqual(hung.map(() => 'rejected'))
      expect((await last).isComplete).toBe(true)
      expect(await upload.stored()).toBe('0123456789')
    })

    test('a status query does not interrupt the sender', async () => {
      await using upload = await begin(10)
      const body = openBody('01234')
      const appending = upload.append(0, body)
      await expect.poll(() => upload.held()).toBe(5)
      body.push('56789')
      body.push(null)
      expect((await appending).isComplete).toBe(true)
    })

    test('a status query does not finish an upload whose body has not ended', async () => {
      await using upload = await begin(5)
      const body = openBody('by')
      const appending = upload.append(0, body)
      await expect.poll(() => upload.held()).toBe(2)
      body.push('tes')
      await expect.poll(() => body.readableLength).toBe(0)
      expect((await upload.store.status(upload.uploadId)).isComplete).toBe(false)
      body.push('!')
      await expect(appending).rejects.toMatchObject(refused)
      expect(await upload.held()).toBe(0)
    })

    test('the last byte makes the blob visible, once, with its finalize event', async () => {
      await using upload = await begin(5)
      await upload.append(0, 'bytes')
      const blob = await upload.store.stat(upload.storagePath)
      await Promise.all([upload.append(0, 'bytes'), upload.store.status(upload.uploadId)]).catch(
        () => undefined,
      )
      expect(await upload.store.stat(upload.storagePath)).toEqual(blob)
      expect(upload.events()).toEqual([
        { storagePath: upload.storagePath, generation: blob?.generation },
      ])
    })

    test('a complete upload stays complete after its blob is removed', async () => {
      await using upload = await begin(5)
      await upload.append(0, 'bytes')
      const blob = await upload.store.stat(upload.storagePath)
      if (blob) await upload.store.remove(blob)
      expect(await upload.append(0, 'bytes')).toEqual({ storedBytes: 5, isComplete: true })
      expect(await upload.store.status(upload.uploadId, 5)).toMatchObject({ isComplete: true })
      expect(await upload.stored()).toBeUndefined()
    })

    test('finishes an empty upload by its total or by an empty body', async () => {
      await using asked = await begin(0)
      expect(await asked.store.status(asked.uploadId)).toEqual({
        storedBytes: 0,
        isComplete: false,
      })
      expect(await asked.store.status(asked.uploadId, 0)).toMatchObject({ isComplete: true })
      expect(await asked.stored()).toBe('')
      await using sent = await begin(0)
      expect(await sent.append(0, '')).toEqual({ storedBytes: 0, isComplete: true })
      expect(await sent.stored()).toBe('')
    })

    test('cancelling stops the sender and deletes the session', async () => {
      await using upload = await begin(10)
      const early = upload.append(0, openBody('01'))
      const stopped = upload.append(0, openBody('01'))
      await expect(early).rejects.toMatchObject(refused)
      await expect.poll(() => upload.held()).toBe(2)
      const cancelled = upload.store.cancelUpload(upload.uploadId)
      await expect(stopped).rejects.toMatchObject(refused)
      await cancelled
      await expect(upload.append(0, 'x')).rejects.toMatchObject({ code: 'not-found' })
      await expect(upload.held()).rejects.toMatchObject({ code: 'not-found' })
    })

    test('cancelling a complete upload leaves it complete', async () => {
      await using upload = await begin(5)
      await upload.append(0, 'bytes')
      await upload.store.cancelUpload(upload.uploadId)
      expect(await upload.stored()).toBe('bytes')
    })

    test('rejects another spelling of an upload id', async () => {
      await using upload = await begin(5)
      for (const uploadId of [`./${upload.uploadId}`, `${upload.uploadId}/`]) {
        await expect(upload.store.status(uploadId)).rejects.toMatchObject({ code: 'not-found' })
      }
    })

    test.each(['', '..', '../blobs', 'x', 'a'.repeat(64), `${'a'.repeat(63)}/`])(
      'throws not-found for the upload id %j',
      async (uploadId) => {
        await using upload = await begin(5)
        const notFound = { code: 'not-found' }
        await expect(upload.store.status(uploadId)).rejects.toMatchObject(notFound)
        const chunk = { firstByte: 0, body: bodyOf('bytes') }
        await expect(upload.store.append(uploadId, chunk)).rejects.toMatchObject(notFound)
        await upload.store.cancelUpload(uploadId)
        expect(await upload.held()).toBe(0)
      },
    )
  })
}
