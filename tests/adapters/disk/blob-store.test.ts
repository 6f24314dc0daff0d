import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { openFreshDiskStore } from '../../support/disk-store.ts'
import { describeBlobStore } from '../../ports/blob-store/blob-store.ts'
import { newId } from '../../ports/blob-store/world.ts'

describeBlobStore('disk', openFreshDiskStore)

/** Stores zeros in a fresh store. */
async function storedZeros(size: number) {
  const opened = await openFreshDiskStore()
  const { store } = opened
  const blob = await store.write(
    store.locate('user', newId(), 'a'),
    Readable.from([Buffer.alloc(size)]),
    { contentType: 'text/plain', maxBytes: size },
  )
  return { ...opened, blob }
}

test.each([
  [3, undefined, 3],
  [2_000_000, undefined, 512 * 1024],
  [2_000_000, { start: 5, end: 9 }, 5],
  [0, undefined, 1],
])(
  'read of a blob of %j bytes with range %j uses a buffer of %j bytes',
  async (size, range, buffer) => {
    await using stored = await storedZeros(size)
    const { store, blob } = stored
    const body = await store.read(blob, range)
    expect(body?.readableHighWaterMark).toBe(buffer)
    const chunks = ((await body?.toArray()) ?? []) as Buffer[]
    expect(Buffer.concat(chunks).length).toBe(range ? range.end - range.start + 1 : size)
    expect(Math.max(0, ...chunks.map((chunk) => chunk.buffer.byteLength))).toBeLessThanOrEqual(
      buffer,
    )
  },
)

test.runIf(existsSync('/proc/self/fd')).each([
  [64 * 1024, undefined, 0],
  [64 * 1024 + 1, undefined, 1],
  [2_000_000, { start: 5, end: 9 }, 0],
])(
  'read of a blob of %j bytes with range %j keeps %j files open until the body is destroyed',
  async (size, range, expected) => {
    await using stored = await storedZeros(size)
    const { store, blob } = stored
    const isOf = (file: string) => file.startsWith(join(stored.directory, 'blobs'))
    const open = () => readdirSync('/proc/self/fd').map(targetOf).filter(isOf).length
    const body = await store.read(blob, range)
    expect(open()).toBe(expected)
    body?.destroy()
    await expect.poll(open).toBe(0)
  },
)

test('read of a blob whose file was truncated ends early', async () => {
  await using opened = await openFreshDiskStore()
  const { store } = opened
  const options = { contentType: 'text/plain', maxBytes: 10 }
  const place = store.locate('user', newId(), 'a')
  const blob = await store.write(place, Readable.from([Buffer.from('0123456789')]), options)
  const path = place.replace('local://', '').replace(/\/a$/, `/${blob.generation}/a`)
  await truncate(join(opened.directory, 'blobs', path), 4)
  const body = await store.read(blob, { start: 2, end: 9 })
  expect(Buffer.concat((await body?.toArray()) as Buffer[]).toString()).toBe('23')
})

/** The file of a descriptor. Empty if it was closed meanwhile. */
function targetOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return ''
  }
}
