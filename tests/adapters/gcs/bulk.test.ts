import { Readable } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { openGcsStore } from '../../emulators/storage/gcs-store.ts'
import { skipMissing } from '../../emulators/storage/external/skip-missing.ts'
import { startStorageEmulator } from '../../emulators/storage/start.ts'
import { BlobWorld } from '../../ports/blob-store/world.ts'

const storage = await startStorageEmulator()
afterAll(() => storage[Symbol.asyncDispose]())
await skipMissing('bulk', storage)

const mebibyte = 1024 * 1024
const open = () => BlobWorld.open(() => openGcsStore(storage))

describe('list', () => {
  test('returns each of 1,500 blobs once, for any page size', async () => {
    await using world = await open()
    const places = Array.from({ length: 1500 }, () => world.newPath())
    for (let i = 0; i < places.length; i += 50) {
      await Promise.all(places.slice(i, i + 50).map((place) => world.write(place, 'x')))
    }
    const expected = places.sort()
    for (const limit of [1000, 5000, 70]) expect((await world.list(limit)).sort()).toEqual(expected)
  }, 120_000)
})

describe('memory', () => {
  test('stays constant while 300 MB are written and read', async () => {
    await using world = await open()
    const sizeBytes = 300 * 1000 * 1000
    const chunk = Buffer.alloc(64 * 1024, 'x')
    function* body() {
      for (let left = sizeBytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left)
    }
    const before = process.memoryUsage().rss
    let peak = before
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss)
    }, 10)
    const blob = await world.write(world.newPath(), Readable.from(body()), {
      maxBytes: sizeBytes,
    })
    let readBytes = 0
    for await (const part of (await world.store.read(blob)) ?? []) {
      readBytes += (part as Buffer).length
    }
    clearInterval(timer)
    expect([blob.sizeBytes, readBytes]).toEqual([sizeBytes, sizeBytes])
    // The emulator runs in this process too.
    expect(peak - before).toBeLessThan(150 * mebibyte)
  }, 120_000)
})
