import { Readable } from 'node:stream'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { openGcsStore } from '../../emulators/storage/gcs-store.ts'
import { startOwnStorage } from '../../emulators/storage/start.ts'
import { BlobWorld } from '../../ports/blob-store/world.ts'

const storage = await startOwnStorage()
afterAll(() => storage[Symbol.asyncDispose]())

const { emulator } = storage
const mebibyte = 1024 * 1024
const origin = 'https://app.example'
const expiresAt = new Date(Date.now() + 3600_000)

async function begin() {
  const opened = await openGcsStore(storage)
  return { ...opened, world: await BlobWorld.open(async () => opened) }
}

describe('write', () => {
  test.each([
    ['no bytes', 0, 1],
    ['4 MiB', 4 * mebibyte, 1],
    ['4 MiB and a byte', 4 * mebibyte + 1, 3],
  ])(
    'stores %s with one request, or with one for its session and one a piece',
    async (_, length, requests) => {
      await using gcs = await begin()
      const body = Readable.from(length > 0 ? [Buffer.alloc(length, 'x')] : [])
      const before = emulator.requests.length
      const blob = await gcs.world.write(gcs.world.newPath(), body, { maxBytes: 100 * mebibyte })
      expect(emulator.requests.slice(before)).toHaveLength(requests)
      expect(blob.sizeBytes).toBe(length)
    },
  )

  test('binds a body that is stored in one request to its type', async () => {
    await using gcs = await begin()
    const { storagePath, generation } = await gcs.world.write(gcs.world.newPath(), 'x', {
      contentType: 'image/png',
    })
    const name = encodeURIComponent(storagePath.replace(`gcs://${gcs.bucket}/`, ''))
    const url = `${emulator.url}/storage/v1/b/${gcs.bucket}/o/${name}`
    const object = (await (await fetch(url)).json()) as { contentType: string; generation: string }
    expect(object).toMatchObject({ contentType: 'image/png', generation })
  })
})

describe('openUpload', () => {
  test('binds the session to its storage path, which must be free', async () => {
    await using gcs = await begin()
    const place = gcs.world.newPath()
    const { url } = await gcs.world.openUpload(place, 5)
    await gcs.world.write(place, 'first')
    expect((await gcs.world.put(url, 'bytes')).status).toBe(412)
    expect(
      emulator.requests.some((it) => /uploadType=resumable.*ifGenerationMatch=0/.test(it)),
    ).toBe(true)
  })

  test('binds the session to the type', async () => {
    await using gcs = await begin()
    const place = gcs.world.newPath()
    const contentType = 'image/png'
    const { url } = await gcs.store.openUpload(place, { sizeBytes: 5, contentType, expiresAt })
    const init = { method: 'PUT', body: 'bytes', headers: { 'Content-Type': 'text/html' } }
    const object = (await (await fetch(url, init)).json()) as { contentType: string }
    expect(object.contentType).toBe(contentType)
  })

  test('binds the session to the origin, the only one with CORS headers', async () => {
    await using gcs = await begin()
    const options = { sizeBytes: 5, contentType: 'text/plain', expiresAt, origin }
    const { url } = await gcs.store.openUpload(gcs.world.newPath(), options)
    const allowed = async (origin: string, init: RequestInit) =>
      (await fetch(url, { ...init, headers: { origin } })).headers.get(
        'Access-Control-Allow-Origin',
      )
    expect(await allowed(origin, { method: 'OPTIONS' })).toBe(origin)
    expect(await allowed('https://other.example', { method: 'OPTIONS' })).toBeNull()
    expect(await allowed(origin, { method: 'PUT', body: 'bytes' })).toBe(origin)
  })
})

describe('cancelUpload', () => {
  test('sends no request for an id that is not a session of this store', async () => {
    await using gcs = await begin()
    const before = emulator.requests.length
    await gcs.store.cancelUpload('https://elsewhere.example/upload/storage/v1/b/x/o?upload_id=1')
    await gcs.store.cancelUpload('')
    expect(emulator.requests.length).toBe(before)
  })
})

describe('copy', () => {
  test('sends its preconditions with every request until the copy is complete', async () => {
    await using gcs = await begin()
    const limits = emulator.limits
    limits.rewriteBytes = mebibyte
    const bytes = Buffer.alloc(2.5 * mebibyte, 'x')
    const from = await gcs.world.write(gcs.world.newPath(), Readable.from([bytes]), {
      maxBytes: bytes.length,
    })
    const before = emulator.requests.length
    const copy = await gcs.store.copy(from, gcs.world.newPath())
    delete limits.rewriteBytes
    expect(copy.sizeBytes).toBe(bytes.length)
    const rewrites = emulator.requests.slice(before).filter((line) => line.startsWith('POST'))
    expect(rewrites).toHaveLength(3)
    for (const rewrite of rewrites) {
      expect(rewrite).toContain('ifGenerationMatch=0')
      expect(rewrite).toContain(`sourceGeneration=${from.generation}`)
    }
  })
})

describe('list', () => {
  test('returns every blob once if the pages are shorter than requested', async () => {
    await using gcs = await begin()
    const places = Array.from({ length: 300 }, () => gcs.world.newPath())
    for (let i = 0; i < places.length; i += 50) {
      await Promise.all(places.slice(i, i + 50).map((place) => gcs.world.write(place, 'x')))
    }
    const { limits } = emulator
    const expected = places.sort()
    for (const objectsPerPage of [100, 7]) {
      limits.objectsPerPage = objectsPerPage
      expect((await gcs.world.list(1000)).sort()).toEqual(expected)
    }
    delete limits.objectsPerPage
  })
})

describe('finalize events', () => {
  test('arrive twice and in another order if the emulator is configured so', async () => {
    await using gcs = await begin()
    const { events } = emulator
    events.hold()
    events.deliveries = 2
    const first = await gcs.world.write(gcs.world.newPath(), 'first')
    const second = await gcs.world.write(gcs.world.newPath(), 'second')
    expect(gcs.events).toEqual([])
    events.release()
    events.deliveries = 1
    const expected = [second, second, first, first].map(({ storagePath, generation }) => ({
      storagePath,
      generation,
    }))
    await vi.waitFor(() => expect(gcs.events).toEqual(expected))
  })
})
