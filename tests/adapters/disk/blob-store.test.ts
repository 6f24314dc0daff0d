import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { openDiskStore, temporaryDirectory } from '../../support/disk-store.ts'
import { describeBlobStore } from '../../ports/blob-store/blob-store.ts'
import { newId } from '../../ports/blob-store/world.ts'

describeBlobStore('disk', async () => {
  const directory = await temporaryDirectory()
  const opened = await openDiskStore(directory.path)
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
})

test.each([
  [3, undefined, 3],
  [2_000_000, undefined, 512 * 1024],
  [2_000_000, { start: 5, end: 9 }, 5],
  [0, undefined, 1],
])(
  'read of a blob of %j bytes with range %j uses a buffer of %j bytes',
  async (size, range, buffer) => {
    await using directory = await temporaryDirectory()
    await using opened = await openDiskStore(directory.path)
    const { store } = opened
    const place = store.locate('user', newId(), 'a')
    const blob = await store.write(place, Readable.from([Buffer.alloc(size)]), {
      contentType: 'text/plain',
      maxBytes: size,
    })
    const body = await store.read(blob, range)
    expect(body?.readableHighWaterMark).toBe(buffer)
    const chunks = ((await body?.toArray()) ?? []) as Buffer[]
    expect(Buffer.concat(chunks).length).toBe(range ? range.end - range.start + 1 : size)
    expect(Math.max(0, ...chunks.map((chunk) => chunk.buffer.byteLength))).toBeLessThanOrEqual(
      buffer,
    )
  },
)
