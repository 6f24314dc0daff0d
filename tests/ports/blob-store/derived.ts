import { describe, expect, test, vi } from 'vitest'
import type { BlobWorld } from './world.ts'

const name = 'preview-400.webp'
const picture = Buffer.from([0, 1, 2, 0xff])

export function describeBlobDerived(begin: () => Promise<BlobWorld>): void {
  describe('readDerived and writeDerived', () => {
    test('readDerived returns undefined for another name and for another generation', async () => {
      await using world = await begin()
      const storagePath = world.newPath()
      const first = await world.write(storagePath, 'first')
      expect(await world.store.readDerived(first, name)).toBeUndefined()
      await world.store.writeDerived(first, name, picture)
      expect(await world.store.readDerived(first, name)).toEqual(picture)
      expect(await world.store.readDerived(first, 'preview-800.webp')).toBeUndefined()
      await world.store.remove(first)
      const second = await world.write(storagePath, 'second')
      expect(await world.store.readDerived(second, name)).toBeUndefined()
    })

    test('concurrent writes of one name leave one of them, complete', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), 'bytes')
      const versions = [1, 2, 3, 4].map((fill) => Buffer.alloc(100_000, fill))
      await Promise.all(versions.map((bytes) => world.store.writeDerived(blob, name, bytes)))
      const kept = await world.store.readDerived(blob, name)
      expect(versions.some((bytes) => kept?.equals(bytes))).toBe(true)
    })

    test('removing a blob deletes its derived files', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), 'bytes')
      const other = await world.write(world.newPath(), 'other')
      for (const each of [blob, other]) {
        await world.store.writeDerived(each, name, picture)
        await world.store.writeDerived(each, 'preview-800.webp', picture)
      }
      await world.store.remove(blob)
      expect(await world.store.readDerived(blob, name)).toBeUndefined()
      expect(await world.store.readDerived(blob, 'preview-800.webp')).toBeUndefined()
      expect(await world.store.readDerived(other, name)).toEqual(picture)
    })

    test('writeDerived stores nothing for a missing blob', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), 'bytes')
      await world.store.remove(blob)
      await world.store.writeDerived(blob, name, picture)
      expect(await world.store.readDerived(blob, name)).toBeUndefined()
      const nowhere = { storagePath: world.newPath(), generation: '1' }
      await world.store.writeDerived(nowhere, name, picture)
      expect(await world.store.readDerived(nowhere, name)).toBeUndefined()
    })

    test('a derived file is not listed and causes no finalize event of its blob', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), 'bytes')
      await world.store.writeDerived(blob, name, picture)
      expect(await world.list(10)).toEqual([blob.storagePath])
      expect(await world.store.stat(blob.storagePath)).toEqual(blob)
      expect(await world.read(blob)).toBe('bytes')
      const generations = () => world.eventsAt(blob.storagePath).map((event) => event.generation)
      await vi.waitFor(() => expect(new Set(generations())).toEqual(new Set([blob.generation])))
    })

    test('rejects a name with characters other than a-z 0-9 . -', async () => {
      await using world = await begin()
      const blob = await world.write(world.newPath(), 'bytes')
      await expect(world.store.writeDerived(blob, '../x', picture)).rejects.toThrow(
        'not a valid name',
      )
    })
  })
}
