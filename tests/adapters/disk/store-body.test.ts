import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { readSmall, storeBody } from '../../../shared/adapters/disk/store-body.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'

const kib64 = 64 * 1024

/** Bytes whose value depends on their position, so that a missing or moved chunk changes them. */
function numbered(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 8)) % 251
  return bytes
}

/** Reads the beginning of a body, as the blob store does, and stores it. */
async function store(path: string, body: Readable, options: { maxBytes: number }): Promise<number> {
  return storeBody(path, (await readSmall(body, options)) ?? body, options)
}

/** A stream of bytes, as a socket delivers it: one chunk in each turn of the event loop. */
function socketBody(bytes: Buffer, chunkBytes: number): Readable {
  let sent = 0
  return new Readable({
    read() {
      setImmediate(() => {
        this.push(sent < bytes.length ? bytes.subarray(sent, (sent += chunkBytes)) : null)
      })
    },
  })
}

test.each([
  [0, 1],
  [1, 1],
  [4096, 1000],
  [kib64 - 1, 4096],
  [kib64, 4096],
  [kib64, kib64],
  [kib64 + 1, 4096],
  [kib64 + 1, kib64 + 1],
  [kib64 * 3 + 7, 10_000],
])('stores %i bytes in chunks of %i bytes unchanged', async (size, chunkBytes) => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'body')
  const bytes = numbered(size)
  const chunks = [...bytesIn(bytes, chunkBytes)]
  for (const [index, body] of [socketBody(bytes, chunkBytes), Readable.from(chunks)].entries()) {
    expect(await store(`${path}-${index}`, body, { maxBytes: size })).toBe(size)
    expect((await readFile(`${path}-${index}`)).equals(bytes)).toBe(true)
  }
})

test.each([10, kib64 + 1])(
  'stores a body of %i bytes that is read from its first readable event on',
  async (size) => {
    await using directory = await temporaryDirectory()
    const bytes = numbered(size)
    const body = new Readable({ read: () => undefined })
    const stored = Promise.withResolvers<number>()
    const options = { maxBytes: size }
    body.once('readable', () => {
      store(join(directory.path, 'body'), body, options).then(stored.resolve, stored.reject)
    })
    body.push(bytes)
    body.push(null)
    expect(await stored.promise).toBe(size)
    expect((await readFile(join(directory.path, 'body'))).equals(bytes)).toBe(true)
  },
)

test('puts a larger body of single bytes back as one chunk', async () => {
  await using directory = await temporaryDirectory()
  const bytes = numbered(kib64 + 10)
  const body = socketBody(bytes, 1)
  const unshift = vi.spyOn(body, 'unshift')
  const path = join(directory.path, 'body')
  expect(await store(path, body, { maxBytes: bytes.length })).toBe(bytes.length)
  expect((await readFile(path)).equals(bytes)).toBe(true)
  expect(unshift).toHaveBeenCalledTimes(1)
})

test('destroys a body of more than maxBytes before it ends', async () => {
  await using directory = await temporaryDirectory()
  const body = new Readable({ read() {} })
  body.on('error', () => undefined)
  const stored = store(join(directory.path, 'body'), body, { maxBytes: 3 })
  body.push(Buffer.from('four'))
  await expect(stored).rejects.toThrow(expect.objectContaining({ name: 'TooManyBytes' }))
  expect(body.destroyed).toBe(true)
})

function* bytesIn(bytes: Buffer, chunkBytes: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    yield bytes.subarray(start, start + chunkBytes)
  }
}
