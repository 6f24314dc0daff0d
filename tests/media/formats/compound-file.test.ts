import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CompoundFile } from '../../../shared/media/formats/compound-file.ts'
import type { ReadAt } from '../../../shared/media/formats/read-at.ts'
import { compoundFile } from '../../support/files/compound-file.ts'

const readerOf =
  (bytes: Buffer): ReadAt =>
  async (offset, length) =>
    bytes.subarray(offset, offset + length)
const open = (bytes: Buffer) => CompoundFile.open(readerOf(bytes))

describe('a compound file', () => {
  const large = randomBytes(70_000)
  const small = randomBytes(300)
  const file = compoundFile(
    { Large: large, Small: small, Empty: Buffer.alloc(0), Inner: { Deep: { Small: small } } },
    { gapSectors: 12_000, rootClsid: '0609020000000000c000000000000046' },
  )

  test('lists its entries with their storages, for any position of the directory', async () => {
    const compound = await open(file)
    expect(compound?.isComplete).toBe(true)
    expect(compound?.rootEntries.map(({ name }) => name)).toEqual([
      'Large',
      'Small',
      'Empty',
      'Inner',
    ])
    const paths = compound?.entries.map(({ name, parents }) => [...(parents ?? []), name].join('/'))
    expect(paths).toContain('Inner/Deep/Small')
    expect(compound?.entries[0]?.clsid).toBe('0609020000000000c000000000000046')
  })

  test('reads large streams and mini streams up to the requested length', async () => {
    const compound = await open(file)
    const named = (name: string) => compound?.entries.find((entry) => entry.name === name)
    const read = async (name: string, maxBytes: number) => {
      const entry = named(name)
      return entry && compound?.readStream(entry, maxBytes)
    }
    expect(await read('Large', 100_000)).toEqual(large)
    expect(await read('Large', 1000)).toEqual(large.subarray(0, 1000))
    expect(await read('Small', 100_000)).toEqual(small)
    expect(await read('Small', 100)).toEqual(small.subarray(0, 100))
    expect(await read('Empty', 100)).toEqual(Buffer.alloc(0))
  })

  test('is not whole if its directory is truncated', async () => {
    expect((await open(file.subarray(0, 20_000)))?.isComplete).toBe(false)
  })

  test('is undefined for other files', async () => {
    expect(await open(Buffer.from('PK\u0003\u0004'))).toBeUndefined()
    expect(await open(Buffer.alloc(0))).toBeUndefined()
    expect(await open(file.subarray(0, 511))).toBeUndefined()
  })
})

const sector = (at: number) => (at + 1) * 512
const counted = async (bytes: Buffer) => {
  let reads = 0
  const compound = await CompoundFile.open(async (offset, length) => {
    reads += 1
    return bytes.subarray(offset, offset + length)
  })
  return { compound, reads }
}

describe('CompoundFile bounds the work for', () => {
  test('a circular directory', async () => {
    const bytes = compoundFile({ Large: Buffer.alloc(5000), Small: Buffer.alloc(10) })
    const start = bytes.readUInt32LE(48)
    const fatAt = sector(bytes.readUInt32LE(76))
    bytes.writeUInt32LE(start, fatAt + start * 4)
    const { compound, reads } = await counted(bytes)
    expect(compound?.isComplete).toBe(false)
    expect(compound?.entries.length).toBeLessThanOrEqual(65_536)
    expect(reads).toBe(1)
  })

  test('siblings that refer to each other', async () => {
    const bytes = compoundFile({ One: Buffer.alloc(10), Two: Buffer.alloc(10) })
    const directoryAt = sector(bytes.readUInt32LE(48))
    bytes.writeUInt32LE(1, directoryAt + 2 * 128 + 72)
    bytes.writeUInt32LE(0, directoryAt + 1 * 128 + 76)
    const compound = await open(bytes)
    expect(compound?.rootEntries.map(({ name }) => name)).toEqual(['One', 'Two'])
  })

  test('a mini stream with a circular chain and distant sectors', async () => {
    const bytes = compoundFile({ Small: Buffer.alloc(200, 1) })
    const fatAt = sector(bytes.readUInt32LE(76))
    const miniFat = bytes.readUInt32LE(60)
    bytes.writeUInt32LE(miniFat, fatAt + miniFat * 4)
    bytes.writeUInt32LE(0xfffffff0, sector(miniFat))
    const { compound } = await counted(bytes)
    const small = compound?.entries.find(({ name }) => name === 'Small')
    if (!compound || !small) throw new Error('The entry is missing')
    expect((await compound.readStream(small, 1000)).length).toBeLessThan(200)
  })

  test('tables scattered over a large file, by reading at most 32 MiB', async () => {
    const bytes = compoundFile({ Small: Buffer.alloc(10) })
    let reads = 0
    const directory = bytes.readUInt32LE(48)
    // Consecutive sectors of the directory are a megabyte apart.
    const compound = await CompoundFile.open(async (offset, length) => {
      reads += 1
      if (offset === 0) {
        const head = Buffer.alloc(length)
        bytes.copy(head, 0, 0, 512)
        head.writeUInt32LE(directory, 48)
        for (let index = 0; index < 109; index += 1) head.writeUInt32LE(index, 76 + index * 4)
        return head
      }
      const next = Buffer.alloc(length)
      for (let at = 0; at < length; at += 4)
        next.writeUInt32LE((offset * 7 + at * 131) % 13_952, at)
      return next
    })
    expect(compound).toBeDefined()
    expect(reads).toBeLessThanOrEqual(512)
  })
})
