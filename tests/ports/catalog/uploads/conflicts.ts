import { describe, expect, test } from 'vitest'
import { parsePath } from '../../../../shared/model/path.ts'
import { codeOf, infected, user, type Begin, type World } from '../world.ts'

const parallel = 50

export function describeConflicts(begin: Begin): void {
  describe('onConflict', () => {
    describe('rename in reserve', () => {
      test('keeps a free path and numbers a taken one', async () => {
        await using world = await begin()
        expect(await reserveThree(world, '/a.png')).toEqual(['/a.png', '/a (2).png', '/a (3).png'])
        const file = await world.reserve('/a (2).png', { onConflict: 'rename' })
        expect(file).toMatchObject({ path: '/a (4).png', name: 'a (4).png' })
        expect(file.reservation.overwrite).toBe(false)
      })

      test('uses a number that became free', async () => {
        await using world = await begin()
        await world.upload('/a.png')
        const second = await world.upload('/a.png', { onConflict: 'rename' })
        await world.catalog.remove(user, second.id)
        const third = await world.upload('/a.png', { onConflict: 'rename' })
        expect(third.path).toBe('/a (2).png')
      })

      test('reserves the whole size and does not replace the owner', async () => {
        await using world = await begin()
        const owner = await world.upload('/a.png', { maxBytes: 10 })
        const renamed = await world.upload('/a.png', { maxBytes: 7, onConflict: 'rename' })
        expect(await world.ownerOf('/a.png')).toBe(owner.id)
        expect(await world.ownerOf(renamed.path)).toBe(renamed.id)
        expect(await world.counters()).toMatchObject({ liveBytes: 17, trashBytes: 0 })
      })

      test(`${parallel} concurrent calls get the paths 1 to ${parallel}`, async () => {
        await using world = await begin(10_000)
        const files = await Promise.all(
          Array.from({ length: parallel }, () => world.reserve('/a.png', { onConflict: 'rename' })),
        )
        const numbered = Array.from({ length: parallel - 1 }, (_, i) => `/a (${i + 2}).png`)
        const paths = files.map(({ path }) => path)
        expect(paths.toSorted()).toEqual(['/a.png', ...numbered].toSorted())
      })

      test('throws path-taken if the limits leave no space for a number', async () => {
        await using world = await begin()
        const folder = `/${'f'.repeat(254)}`.repeat(4)
        const path = `${folder}/x`
        await world.reserve(path, { onConflict: 'rename' })
        expect(await codeOf(world.reserve(path, { onConflict: 'rename' }))).toBe('path-taken')
      })
    })

    for (const method of ['update', 'restore'] as const) {
      describe(`in ${method}`, () => {
        test('fail throws path-taken, and is the default', async () => {
          await using world = await begin()
          const { go, owner } = await conflict(world, method)
          expect(await codeOf(go({}))).toBe('path-taken')
          expect(await codeOf(go({ onConflict: 'fail' }))).toBe('path-taken')
          expect(await world.ownerOf('/to.txt')).toBe(owner.id)
        })

        test('rename chooses a free numbered path', async () => {
          await using world = await begin()
          const { go, owner, file } = await conflict(world, method)
          await world.reserve('/to (2).txt')
          expect(await go({ onConflict: 'rename' })).toMatchObject({
            path: '/to (3).txt',
            name: 'to (3).txt',
            isDeleted: false,
          })
          expect(await world.ownerOf('/to.txt')).toBe(owner.id)
          expect(await world.ownerOf('/to (3).txt')).toBe(file.id)
        })

        test('replace moves the owner to the trash, superseded', async () => {
          await using world = await begin()
          const { go, owner, file } = await conflict(world, method)
          expect(await go({ onConflict: 'replace' })).toMatchObject({ path: '/to.txt' })
          expect(await world.ownerOf('/to.txt')).toBe(file.id)
          expect(await world.get(owner)).toMatchObject({
            path: '/to.txt',
            isDeleted: true,
            supersededBy: file.id,
            metadata: { n: 'owner' },
          })
          expect(await world.counters()).toEqual({
            liveBytes: 5,
            liveCount: 1,
            reservedBytes: 0,
            trashBytes: 9,
          })
          expect(await world.recordCounters()).toMatchObject({
            recordCount: 2,
            trashCount: 1,
            trashMetadataBytes: 13,
          })
        })

        test('replace keeps pending uploads of the path', async () => {
          await using world = await begin()
          const { go, file } = await conflict(world, method)
          const upload = await world.reserve('/to.txt', { onConflict: 'replace' })
          await go({ onConflict: 'replace' })
          expect((await world.settle(upload)).file?.id).toBe(upload.id)
          expect(await world.ownerOf('/to.txt')).toBe(upload.id)
          expect(await world.get(file)).toMatchObject({ supersededBy: upload.id })
        })
      })
    }

    test('rename in update keeps a file at its own number', async () => {
      await using world = await begin()
      await world.upload('/a.txt')
      const second = await world.upload('/a (2).txt')
      const to = { path: parsePath('/a.txt'), onConflict: 'rename' } as const
      expect(await world.catalog.update(user, second.id, to)).toMatchObject({ path: '/a (2).txt' })
    })

    test('an infected file moves to a taken path without changing its owner', async () => {
      await using world = await begin()
      const owner = await world.upload('/to.txt')
      const { file } = await world.settle(await world.reserve('/from.txt'), { scan: infected })
      const to = { path: parsePath('/to.txt'), onConflict: 'replace' } as const
      const moved = file && (await world.catalog.update(user, file.id, to))
      expect(moved).toMatchObject({ path: '/to.txt', state: 'infected' })
      expect(await world.ownerOf('/to.txt')).toBe(owner.id)
    })

    test('restore with replace counts the bytes that it replaces as free', async () => {
      await using world = await begin(10)
      const { go } = await conflict(world, 'restore', { ownerBytes: 6, fileBytes: 9 })
      expect(await codeOf(go({ onConflict: 'rename' }))).toBe('quota-exceeded')
      expect(await go({ onConflict: 'replace' })).toMatchObject({ path: '/to.txt' })
    })

    test(`${parallel} concurrent moves with rename get ${parallel} paths`, async () => {
      await using world = await begin(10_000)
      const files = await Promise.all(
        Array.from({ length: parallel }, (_, i) => world.upload(`/${i}`, { maxBytes: 1 })),
      )
      const to = { path: parsePath('/all/a.txt'), onConflict: 'rename' } as const
      const moved = await Promise.all(files.map(({ id }) => world.catalog.update(user, id, to)))
      expect(new Set(moved.map((file) => file?.path)).size).toBe(parallel)
      expect(await world.counters()).toMatchObject({ liveCount: parallel, trashBytes: 0 })
    })
  })
}

async function reserveThree(world: World, path: string): Promise<string[]> {
  const paths = []
  for (let count = 0; count < 3; count++) {
    paths.push((await world.reserve(path, { onConflict: 'rename' })).path)
  }
  return paths
}

/** A file that an operation brings to `/to.txt`, which another file owns. */
async function conflict(
  world: World,
  method: 'update' | 'restore',
  { ownerBytes = 9, fileBytes = 5 } = {},
) {
  const file = await world.upload('/from.txt', { maxBytes: fileBytes })
  if (method === 'restore') await world.catalog.remove(user, file.id)
  const metadata = { n: 'owner' }
  const owner = await world.upload('/to.txt', { maxBytes: ownerBytes, metadata })
  const path = parsePath('/to.txt')
  const go = (options: { onConflict?: 'fail' | 'replace' | 'rename' }) =>
    world.catalog[method](user, file.id, { path, ...options })
  return { file, owner, go }
}
