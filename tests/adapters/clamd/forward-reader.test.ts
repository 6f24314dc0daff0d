import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { ForwardReader } from '../../../shared/adapters/clamd/forward-reader.ts'

const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))

function* chunks(size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

test.each([1, 7, 100, 1000])(
  'ForwardReader returns the same ranges for chunks of %i bytes, shorter ones at the end',
  async (size) => {
    let opened = 0
    const open = async () => {
      opened += 1
      return Readable.from(chunks(size))
    }
    await using reader = new ForwardReader(open)
    for (const [offset, length] of [
      [0, 10],
      [10, 90],
      [500, 1],
      [501, 300],
      [950, 100],
      [2000, 5],
    ] as const)
      expect(await reader.read(offset, length)).toEqual(bytes.subarray(offset, offset + length))
    expect(opened).toBe(1)
    expect(await reader.read(100, 50)).toEqual(bytes.subarray(100, 150))
    expect(opened).toBe(2)
  },
)
