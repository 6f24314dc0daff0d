import { describe, expect, test } from 'vitest'
import { parsePath } from '../../../../shared/model/path.ts'
import { infected, user, type Begin, type World } from '../world.ts'

const modifiedAt = '2019-05-01T10:00:00.000Z'
const second = (count: number) => new Date(Date.UTC(2026, 0, 1) + count * 1000).toISOString()

/** Reserves a file of each type, one every second. */
async function uploadTypes(world: World, types: string[]): Promise<void> {
  for (const mimeType of types) {
    const path = `/${mimeType.replace('/', '-')}`
    await world.settle(await world.reserve(path, { maxBytes: 1, mimeType }), { mimeType })
    world.advance(1000)
  }
}

export function describeTimes(begin: Begin): void {
  describe('modifiedAt', () => {
    test('stays when the file is settled, moved, replaced and restored', async () => {
      await using world = await begin()
      const pending = await world.reserve('/a', { modifiedAt })
      expect(pending.modifiedAt).toBe(modifiedAt)
      const { file } = await world.settle(pending)
      expect(file?.modifiedAt).toBe(modifiedAt)
      const path = parsePath('/b')
      const moved = await world.catalog.update(user, pending.id, { path, metadata: { a: 1 } })
      expect(moved?.modifiedAt).toBe(modifiedAt)
      const next = await world.upload('/b', { onConflict: 'replace' })
      expect(next.modifiedAt).toBeUndefined()
      expect(await world.get(pending)).toMatchObject({ modifiedAt, isDeleted: true })
      const to = { path: parsePath('/c') }
      expect(await world.catalog.restore(user, pending.id, to)).toMatchObject({ modifiedAt })
    })

    test('stays when the file is rejected', async () => {
      await using world = await begin()
      const { file } = await world.settle(await world.reserve('/a', { modifiedAt }), {
        scan: infected,
      })
      expect(file).toMatchObject({ state: 'infected', modifiedAt })
    })
  })

  describe('list by kind and by time', () => {
    test('kind is that of the media type', async () => {
      await using world = await begin()
      await uploadTypes(world, ['image/png', 'image/svg+xml', 'application/zip', 'text/csv'])
      expect(await world.listAll({ kind: 'image' })).toEqual(['/image-png', '/image-svg+xml'])
      expect(await world.listAll({ kind: 'archive' })).toEqual(['/application-zip'])
      expect(await world.listAll({ kind: 'text' })).toEqual(['/text-csv'])
      expect(await world.listAll({ kind: 'video' })).toEqual([])
      const { total } = await world.list({ kind: 'image', limit: 1, total: true })
      expect(total).toEqual({ files: 2, isMinimum: false })
    })

    test('After is inclusive and Before exclusive', async () => {
      await using world = await begin()
      await uploadTypes(world, ['a/0', 'a/1', 'a/2', 'a/3'])
      const between = { createdAfter: second(1), createdBefore: second(3) }
      expect(await world.listAll(between)).toEqual(['/a-1', '/a-2'])
      const created = { ...between, sort: 'created', descending: true } as const
      expect(await world.listAll(created)).toEqual(['/a-2', '/a-1'])
      expect(await world.listAll({ createdAfter: second(4) })).toEqual([])
    })

    test('a file without modifiedAt was modified when it was created', async () => {
      await using world = await begin()
      await world.upload('/given', { modifiedAt })
      await world.upload('/not-given')
      expect(await world.listAll({ modifiedBefore: second(0) })).toEqual(['/given'])
      expect(await world.listAll({ modifiedAfter: second(0) })).toEqual(['/not-given'])
      expect(await world.listAll({ modifiedAfter: modifiedAt })).toHaveLength(2)
      expect(await world.listAll({ createdBefore: second(0) })).toEqual([])
    })

    test('a filter without matches stops after maxExamined files and continues there', async () => {
      await using world = await begin()
      await uploadTypes(world, ['a/0', 'a/1', 'a/2', 'a/3', 'image/png'])
      const query = { kind: 'image', maxExamined: 2, sort: 'created' } as const
      const page = await world.list({ ...query, total: true })
      expect(page).toMatchObject({ files: [], isIncomplete: true, total: { isMinimum: true } })
      expect(await world.listAll(query)).toEqual(['/image-png'])
    })

    test('folders contain a matching file', async () => {
      await using world = await begin()
      await world.upload('/a/x', { mimeType: 'image/png' })
      const image = await world.reserve('/b/y', { mimeType: 'image/png' })
      await world.settle(image, { mimeType: 'image/png' })
      const query = { kind: 'image', folders: true, prefix: '/' } as const
      expect(await world.listAll(query)).toEqual(['/b/'])
    })
  })
}
