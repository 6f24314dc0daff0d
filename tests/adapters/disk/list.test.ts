import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openDiskStore, temporaryDirectory } from '../../support/disk-store.ts'
import { BlobWorld } from '../../ports/blob-store/world.ts'

vi.mock('node:fs/promises', { spy: true })

test('a complete listing in small pages reads each directory once', async () => {
  await using directory = await temporaryDirectory()
  await using opened = await openDiskStore(directory.path)
  await using world = await BlobWorld.open(async () => opened)
  const places: string[] = []
  for (let i = 0; i < 12; i++) places.push((await world.write(world.newPath(), '')).storagePath)
  vi.mocked(readdir).mockClear()
  expect(await world.list(2)).toEqual(places.sort())
  const workspace = join(directory.path, 'blobs', 'user-1')
  const reads = vi.mocked(readdir).mock.calls.filter(([path]) => path === workspace)
  expect(reads).toHaveLength(1)
})

test('list returns a page again, and supports concurrent listings', async () => {
  await using directory = await temporaryDirectory()
  await using opened = await openDiskStore(directory.path)
  await using world = await BlobWorld.open(async () => opened)
  for (let i = 0; i < 9; i++) await world.write(world.newPath(), '')
  const { next = '' } = await opened.store.list({ limit: 3 })
  const pages = [3, 3, 100].map((limit) => opened.store.list({ limit, after: next }))
  const [once, again, rest] = await Promise.all(pages)
  expect(once?.blobs).toHaveLength(3)
  expect(again).toEqual(once)
  expect(rest?.blobs).toHaveLength(6)
  const [crossed] = await Promise.all([world.list(2), world.list(2)])
  expect(new Set(crossed).size).toBe(9)
})

test('list throws if the directory disappears between two pages', async () => {
  await using directory = await temporaryDirectory()
  await using opened = await openDiskStore(directory.path)
  await using world = await BlobWorld.open(async () => opened)
  for (let i = 0; i < 4; i++) await world.write(world.newPath(), '')
  const { next = '' } = await opened.store.list({ limit: 2 })
  await directory[Symbol.asyncDispose]()
  await expect(opened.store.list({ limit: 2, after: next })).rejects.toThrow('ENOENT')
})
