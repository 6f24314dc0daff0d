import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { pieceBytes } from '../../../shared/adapters/gcs/write.ts'
import type { Fault } from '../../emulators/storage/faults.ts'
import { openGcsStore } from '../../emulators/storage/gcs-store.ts'
import { startOwnStorage } from '../../emulators/storage/start.ts'
import { BlobWorld, bodyOf } from '../../ports/blob-store/world.ts'

const storage = await startOwnStorage()
afterAll(() => storage[Symbol.asyncDispose]())

const { emulator } = storage
const retry = { attempts: 4, baseDelayMs: 1, maxDelayMs: 5 }
const unavailable = { code: 'store-unavailable' }
const mebibyte = 1024 * 1024
const maxBytes = 100 * mebibyte
/** Two full pieces and a last one. */
const large = randomBytes(9 * mebibyte + 7)

const survivable: [string, Fault][] = [
  ['a 503', { kind: 'status', status: 503 }],
  ['a 429', { kind: 'status', status: 429 }],
  ['a reset', { kind: 'reset' }],
  ['a stall', { kind: 'stall' }],
]

/** A short `stallMs` only in tests with a stall, because a busy machine could exceed it in others. */
async function begin(fault?: Fault) {
  const stallMs = fault?.kind === 'stall' ? 400 : 20_000
  const opened = await openGcsStore(storage, { retry: { ...retry, stallMs } })
  const world = await BlobWorld.open(async () => opened)
  return {
    world,
    store: opened.store,
    newPath: () => world.newPath(),
    write: (place: string, bytes: Uint8Array) =>
      world.write(place, Readable.from([bytes]), { maxBytes }),
    async read(blob: { storagePath: string; generation: string }) {
      const body = await opened.store.read(blob)
      return body && (await buffer(body))
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }
}

function fault(fault: Fault, method?: string, url?: RegExp, times?: number): void {
  emulator.fault({
    fault,
    ...(method !== undefined && { method }),
    ...(url && { url }),
    ...(times !== undefined && { times }),
  })
}

describe('GcsBlobStore, when Cloud Storage fails', () => {
  afterEach(() => {
    if (emulator.faultsLeft) throw new Error('The test did not trigger all its faults')
  })
  const anyPut = /upload_id=/
  const insert = /uploadType=multipart/

  describe('write', () => {
    test.each(survivable)('survives %s when it opens its session', async (_, kind) => {
      await using gcs = await begin(kind)
      fault(kind, 'POST', /uploadType=resumable/)
      const blob = await gcs.write(gcs.newPath(), large)
      expect(large.equals((await gcs.read(blob)) ?? Buffer.alloc(0))).toBe(true)
    })

    test.each([...survivable, ['a response that is lost', { kind: 'lost-answer' }]] as [
      string,
      Fault,
    ][])('survives %s when it stores a small body', async (_, kind) => {
      await using gcs = await begin(kind)
      fault(kind, 'POST', insert)
      const place = gcs.newPath()
      const blob = await gcs.write(place, Buffer.from('bytes'))
      expect(String(await gcs.read(blob))).toBe('bytes')
      await vi.waitFor(() => expect(gcs.world.eventsAt(place)).toHaveLength(1))
    })

    test.each([
      ...survivable,
      ['a reset within a piece', { kind: 'reset', afterBytes: 1.4 * mebibyte }],
      ['an answer that is lost', { kind: 'lost-answer' }],
    ] as [string, Fault][])('survives %s at every piece', async (_, kind) => {
      await using gcs = await begin(kind)
      for (const piece of [0, 1, 2]) {
        const contentRange = new RegExp(`^bytes ${piece * pieceBytes}-`)
        emulator.fault({ fault: kind, method: 'PUT', contentRange })
      }
      const place = gcs.newPath()
      const blob = await gcs.write(place, large)
      expect(large.equals((await gcs.read(blob)) ?? Buffer.alloc(0))).toBe(true)
      await vi.waitFor(() => expect(gcs.world.eventsAt(place)).toHaveLength(1))
    })

    test.each([404, 410, 412])(
      'knows its own success when the answer was lost and the session then says %i',
      async (status) => {
        await using gcs = await begin()
        const last = /^bytes 8388608-/
        emulator.fault({ fault: { kind: 'lost-answer' }, method: 'PUT', contentRange: last })
        const query = /^bytes \*/
        emulator.fault({ fault: { kind: 'status', status }, method: 'PUT', contentRange: query })
        const blob = await gcs.write(gcs.newPath(), large)
        expect(large.equals((await gcs.read(blob)) ?? Buffer.alloc(0))).toBe(true)
      },
    )

    test.each([404, 410])(
      'throws store-unavailable if the session ends with %i',
      async (status) => {
        await using gcs = await begin()
        const place = gcs.newPath()
        emulator.fault({
          fault: { kind: 'status', status },
          method: 'PUT',
          contentRange: /^bytes 4/,
        })
        await expect(gcs.write(place, large)).rejects.toMatchObject(unavailable)
        expect(await gcs.store.stat(place)).toBeUndefined()
      },
    )

    test('throws store-unavailable if the session loses bytes', async () => {
      await using gcs = await begin()
      const place = gcs.newPath()
      emulator.fault({
        fault: { kind: 'status', status: 308 },
        method: 'PUT',
        contentRange: /^bytes 4/,
      })
      await expect(gcs.write(place, large)).rejects.toMatchObject(unavailable)
      expect(await gcs.store.stat(place)).toBeUndefined()
    })

    test('does not mistake the object of another write for its own', async () => {
      await using gcs = await begin()
      const place = gcs.newPath()
      const first = await gcs.write(place, Buffer.from('first'))
      fault({ kind: 'status', status: 503 }, 'POST', insert)
      await expect(gcs.write(place, Buffer.from('first'))).rejects.toThrow('written once')
      expect(await gcs.store.stat(place)).toEqual(first)
    })

    test.each([
      ['small', 'POST', insert, Buffer.from('bytes')],
      ['large', 'PUT', anyPut, large],
    ])('does not make corrupted bytes of a %s body visible', async (_, method, url, bytes) => {
      await using gcs = await begin()
      const place = gcs.newPath()
      fault({ kind: 'corrupt' }, method, url)
      await expect(gcs.write(place, bytes)).rejects.toThrow('CRC32C')
      expect(await gcs.store.stat(place)).toBeUndefined()
      expect(gcs.world.eventsAt(place)).toEqual([])
    })

    test.each([
      ['small', 'POST', insert, Buffer.from('bytes')],
      ['large', 'PUT', anyPut, large],
    ])('removes a corrupted %s body if no CRC32C is checked', async (_, method, url, bytes) => {
      await using gcs = await begin()
      const place = gcs.newPath()
      const limits = emulator.limits
      limits.ignoresHash = true
      fault({ kind: 'corrupt' }, method, url)
      await expect(gcs.write(place, bytes)).rejects.toThrow('CRC32C')
      delete limits.ignoresHash
      expect(await gcs.store.stat(place)).toBeUndefined()
    })

    test('throws a permanent fault and cancels its session', async () => {
      await using gcs = await begin()
      const place = gcs.newPath()
      fault({ kind: 'status', status: 503 }, 'PUT', anyPut, retry.attempts)
      await expect(gcs.write(place, large)).rejects.toMatchObject(unavailable)
      expect(await gcs.store.stat(place)).toBeUndefined()
      expect(emulator.openSessions).toEqual([])
    })

    test.each([
      ['a beforeCommit that fails', { beforeCommit: () => Promise.reject(new Error('no')) }, 'no'],
      ['a body that is too large', { maxBytes: 5 * mebibyte }, '5242880 bytes'],
    ])('%s cancels the session', async (_, options, message) => {
      await using gcs = await begin()
      const body = Readable.from([large])
      const writing = gcs.world.write(gcs.newPath(), body, { maxBytes, ...options })
      await expect(writing).rejects.toThrow(message)
      expect(emulator.openSessions).toEqual([])
    })

    test.each([
      ['the last piece', 'PUT', anyPut, large],
      ['a small body', 'POST', insert, Buffer.from('bytes')],
    ])('leaves nothing if aborted while %s is sent', async (_, method, url, bytes) => {
      await using gcs = await begin()
      const place = gcs.newPath()
      const controller = new AbortController()
      fault({ kind: 'stall' }, method, url)
      const { signal } = controller
      const writing = gcs.world.write(place, Readable.from([bytes]), { maxBytes, signal })
      await expect.poll(() => emulator.faultsLeft).toBe(0)
      controller.abort()
      await expect(writing).rejects.toThrow('aborted')
      expect(await gcs.store.stat(place)).toBeUndefined()
      expect(emulator.openSessions).toEqual([])
    })
  })

  describe('read', () => {
    test.each([
      ...survivable,
      ['a reset within the body', { kind: 'reset', afterBytes: 1.4 * mebibyte }],
      ['a stall within the body', { kind: 'stall', afterBytes: 1.4 * mebibyte }],
      ['a body that ends early', { kind: 'truncate', afterBytes: 1.4 * mebibyte }],
      ['a body that is cut off before its first byte', { kind: 'truncate', afterBytes: 0 }],
    ] as [string, Fault][])('survives %s', async (_, kind) => {
      await using gcs = await begin(kind)
      const blob = await gcs.write(gcs.newPath(), large)
      fault(kind, 'GET', /alt=media/, 2)
      expect(large.equals((await gcs.read(blob)) ?? Buffer.alloc(0))).toBe(true)
      fault(kind, 'GET', /alt=media/)
      const range = { start: 1_000_000, end: 6_999_999 }
      const part = await buffer((await gcs.store.read(blob, range)) ?? bodyOf(''))
      expect(large.subarray(1_000_000, 7_000_000).equals(part)).toBe(true)
    })

    test('fails for corrupted bytes', async () => {
      await using gcs = await begin()
      const blob = await gcs.write(gcs.newPath(), large)
      fault({ kind: 'corrupt' }, 'GET', /alt=media/)
      await expect(gcs.read(blob)).rejects.toThrow('CRC32C')
    })

    test('fails if the connection breaks and the generation has been removed', async () => {
      await using gcs = await begin()
      const blob = await gcs.write(gcs.newPath(), large)
      fault({ kind: 'reset', afterBytes: mebibyte }, 'GET', /alt=media/)
      const body = await gcs.store.read(blob)
      await gcs.store.remove(blob)
      await expect(body?.toArray()).rejects.toThrow('removed')
    })

    test('throws a permanent fault', async () => {
      await using gcs = await begin()
      const blob = await gcs.write(gcs.newPath(), Buffer.from('bytes'))
      fault({ kind: 'truncate', afterBytes: 2 }, 'GET', /alt=media/)
      fault({ kind: 'status', status: 503 }, 'GET', /alt=media/, retry.attempts)
      await expect(gcs.read(blob)).rejects.toMatchObject(unavailable)
    })
  })

  describe('stat, remove, copy, list, openUpload, cancelUpload', () => {
    test.each(survivable)('survive %s', async (_, kind) => {
      await using gcs = await begin(kind)
      const { store } = gcs
      const from = await gcs.write(gcs.newPath(), Buffer.from('bytes'))
      fault(kind)
      expect(await store.stat(from.storagePath)).toEqual(from)
      fault(kind)
      const copy = await store.copy(from, gcs.newPath())
      fault(kind)
      expect(await gcs.world.list(10)).toHaveLength(2)
      fault(kind)
      await store.remove(copy)
      expect(await store.stat(copy.storagePath)).toBeUndefined()
      fault(kind)
      const { uploadId } = await gcs.world.openUpload(gcs.newPath(), 5)
      fault(kind)
      await store.cancelUpload(uploadId)
      expect(emulator.openSessions).toEqual([])
    })

    test('survive a lost response', async () => {
      await using gcs = await begin()
      const from = await gcs.write(gcs.newPath(), Buffer.from('bytes'))
      fault({ kind: 'lost-answer' }, 'POST', /rewriteTo/)
      const place = gcs.newPath()
      const copy = await gcs.store.copy(from, place)
      expect(await gcs.store.stat(place)).toEqual(copy)
      fault({ kind: 'lost-answer' }, 'DELETE')
      await gcs.store.remove(copy)
      expect(await gcs.store.stat(place)).toBeUndefined()
    })

    test('fail after totalMs, also with attempts left', async () => {
      const limited = { ...retry, attempts: 100, stallMs: 250, totalMs: 625 }
      await using opened = await openGcsStore(storage, { retry: limited })
      await using world = await BlobWorld.open(async () => opened)
      const blob = await world.write(world.newPath(), 'bytes')
      const tries = [
        () => opened.store.stat(blob.storagePath),
        () => opened.store.copy(blob, world.newPath()),
        () => opened.store.remove(blob),
        () => opened.store.read(blob),
        () => world.write(world.newPath(), 'bytes'),
      ]
      for (const attempt of tries) {
        fault({ kind: 'stall' }, undefined, undefined, 100)
        const before = emulator.requests.length
        await expect(attempt()).rejects.toMatchObject(unavailable)
        expect(emulator.requests.length - before).toBeLessThan(6)
        emulator.clearFaults()
      }
    })

    test('throw if a listing cannot be completed', async () => {
      await using gcs = await begin()
      for (let i = 0; i < 3; i++) await gcs.write(gcs.newPath(), Buffer.from('bytes'))
      const { next = '' } = await gcs.store.list({ limit: 1 })
      fault({ kind: 'status', status: 503 }, 'GET', /pageToken/, retry.attempts)
      await expect(gcs.store.list({ limit: 1, after: next })).rejects.toMatchObject(unavailable)
      await expect(gcs.store.list({ limit: 1, after: '%%' })).rejects.toThrow('Invalid')
    })
  })
})
