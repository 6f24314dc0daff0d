import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eicar } from '../../../shared/media/eicar.ts'
import { describeBlobStore } from '../../ports/blob-store/blob-store.ts'
import { BlobWorld, bodyOf } from '../../ports/blob-store/world.ts'
import { openFreshSmallStore, openSmallStore } from '../../support/small-store.ts'
import { openDiskStore, temporaryDirectory } from '../../support/disk-store.ts'

describeBlobStore('disk with small blobs in SQLite', openFreshSmallStore)

const smallBytes = 16 * 1024
const small = 's'.repeat(smallBytes)
const large = 'l'.repeat(smallBytes + 1)

async function openWorld() {
  const opened = await openFreshSmallStore()
  const world = await BlobWorld.open(async () => opened)
  return { ...opened, world }
}

/** The files below the directory of blobs. */
async function filesOf(directory: string): Promise<string[]> {
  const entries = await readdir(join(directory, 'blobs'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

describe('a disk store with small blobs in SQLite', () => {
  test('stores a blob of 16 KiB in a row, and a larger one in a file', async () => {
    await using opened = await openWorld()
    const { world } = opened
    const inRow = await world.write(world.newPath(), small)
    expect(await filesOf(opened.directory)).toEqual([])
    const inFile = await world.write(world.newPath(), large)
    expect(await filesOf(opened.directory)).toEqual(['notes.txt'])
    expect(await world.read(inRow)).toBe(small)
    expect(await world.read(inFile)).toBe(large)
    expect(await world.read(inRow, { start: 3, end: 5 })).toBe('sss')
    expect((await world.list(1)).sort()).toEqual([inRow.storagePath, inFile.storagePath].sort())
  })

  test('exactly one of a small and a large write to one path succeeds', async () => {
    await using opened = await openWorld()
    const { world } = opened
    for (let round = 0; round < 20; round++) {
      const storagePath = world.newPath()
      const bodies = round % 2 === 0 ? [small, large] : [large, small]
      const writes = bodies.map((body) => world.write(storagePath, bodyOf(body)))
      const outcomes = await Promise.allSettled(writes)
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const stored = await world.store.stat(storagePath)
      expect(stored && (await world.read(stored))).toBe(bodies[winner])
      await expect(world.write(storagePath, small)).rejects.toThrow('already contains a blob')
      await expect(world.write(storagePath, large)).rejects.toThrow('already contains a blob')
    }
    expect(await readdir(join(opened.directory, 'tmp'))).toEqual([])
  })

  test('stores neither the blob nor the event if the row cannot be written', async () => {
    await using opened = await openWorld()
    const { world, database } = opened
    const storagePath = world.newPath()
    const full = `CREATE TRIGGER full BEFORE INSERT ON small_blobs BEGIN SELECT RAISE(ABORT, 'full'); END`
    await database.write(() => database.prepare(full).run())
    await expect(world.write(storagePath, small)).rejects.toThrow('full')
    expect(await world.store.stat(storagePath)).toBeUndefined()
    expect(world.eventsAt(storagePath)).toEqual([])
  })

  test('a signature of a virus appears in no file of the database', async () => {
    await using opened = await openWorld()
    const { world, directory } = opened
    const blob = await world.write(world.newPath(), eicar.toString())
    const names = (await readdir(directory)).filter((name) => name.startsWith('coffer.sqlite'))
    expect(names).toContain('coffer.sqlite-wal')
    for (const name of names) {
      expect((await readFile(join(directory, name))).includes(eicar.subarray(0, 16))).toBe(false)
    }
    expect(await world.read(blob)).toBe(eicar.toString())
  })

  test('reads and removes small blobs that an earlier version stored in files', async () => {
    await using directory = await temporaryDirectory()
    await using before = await openDiskStore(directory.path)
    const world = await BlobWorld.open(async () => before)
    const blob = await world.write(world.newPath(), small)
    await using opened = await openSmallStore(directory.path)
    const after = await BlobWorld.open(async () => opened)
    expect(await after.read(blob)).toBe(small)
    expect(await after.list(10)).toEqual([blob.storagePath])
    await expect(after.write(blob.storagePath, small)).rejects.toThrow('already contains a blob')
    await after.store.remove(blob)
    expect(await after.store.stat(blob.storagePath)).toBeUndefined()
  })
})
