import { describe, expect, test } from 'vitest'
import type { SessionId } from '../../../shared/model/ids.ts'
import { infected, user, type Begin, type World } from './world.ts'

const session = 's1' as SessionId

async function uploadAll(world: World, paths: string[]): Promise<void> {
  for (const path of paths) await world.upload(path, { maxBytes: 1 })
}

/** Uploads /0-report to /8-report. The files at the given paths are ready, the others infected. */
async function uploadBetweenInfected(world: World, ready: string[]): Promise<void> {
  for (let i = 0; i < 9; i += 1) {
    const path = `/${i}-report`
    const file = await world.reserve(path, { maxBytes: 1 })
    await world.settle(file, ready.includes(path) ? {} : { scan: infected })
  }
}

export function describeList(begin: Begin): void {
  describe('list', () => {
    test('lists the files outside the trash, or with deleted those in it', async () => {
      await using world = await begin()
      await world.upload('/theirs', { workspaceId: 'user-2' })
      const gone = await world.upload('/gone')
      await uploadAll(world, ['/old', '/b'])
      await world.upload('/old', { onConflict: 'replace' })
      await world.reserve('/pending')
      await world.catalog.remove(user, gone.id)
      expect(await world.listAll()).toEqual(['/b', '/old', '/pending'])
      expect(await world.listAll({ deleted: true })).toEqual(['/gone', '/old'])
      expect((await world.list({ workspaceId: 'nobody' })).files).toEqual([])
    })

    test('orders by sequence, or in reverse with descending', async () => {
      await using world = await begin()
      await uploadAll(world, ['/b', '/c', '/a'])
      const created = { sort: 'created' } as const
      expect(await world.listAll(created)).toEqual(['/b', '/c', '/a'])
      expect(await world.listAll({ ...created, descending: true })).toEqual(['/a', '/c', '/b'])
    })

    test('orders by path in code points, then by sequence', async () => {
      await using world = await begin()
      // In UTF-16 code units U+1F600 would come before U+FF5E.
      const ordered = ['/A', '/a', '/a-', '/a/b', '/a0', '/é', '/\u{ff5e}', '/\u{1f600}']
      await uploadAll(world, ordered.toReversed())
      expect(await world.listAll()).toEqual(ordered)
      expect(await world.listAll({ descending: true })).toEqual(ordered.toReversed())
      for (let i = 0; i < 2; i++) await world.upload('/a', { onConflict: 'replace' })
      const { files } = await world.list({ deleted: true, limit: 1 })
      const { files: last } = await world.list({ deleted: true, limit: 1, descending: true })
      expect(files[0]?.sequence).toBeLessThan(last[0]?.sequence ?? 0)
    })

    test.each([
      ['created', true],
      ['created', false],
      ['path', true],
      ['path', false],
    ] as const)(
      'lists each remaining file exactly once while others are added and removed between pages (%s, descending %s)',
      async (sort, descending) => {
        await using world = await begin()
        const standing = Array.from({ length: 9 }, (_, i) => `/${i}/f`)
        const moving = Array.from({ length: 9 }, (_, i) => `/${i}/m`)
        for (let i = 0; i < 9; i++) await uploadAll(world, [standing[i] ?? '', moving[i] ?? ''])
        const seen: string[] = []
        let page = await world.list({ sort, descending, limit: 2 })
        for (let round = 0; ; round++) {
          seen.push(...page.files.map((file) => file.path))
          const last = page.files.find((file) => file.path.endsWith('m'))
          if (last) await world.catalog.remove(user, last.id)
          if (round < 9) await uploadAll(world, [`/${round}/added`, `/9/${round}/added`])
          if (!page.next) break
          page = await world.list({ sort, descending, limit: 2, after: page.next })
        }
        const ordered = descending ? standing.toReversed() : standing
        expect(seen.filter((path) => path.endsWith('/f'))).toEqual(ordered)
      },
    )

    test('lists each of many files at one path once', async () => {
      await using world = await begin()
      for (let i = 0; i < 6; i++) await world.upload('/a', { onConflict: 'replace', maxBytes: 1 })
      for (const descending of [false, true]) {
        const trash = { deleted: true, descending, limit: 2 }
        expect(await world.listAll(trash)).toHaveLength(5)
      }
    })

    test('matches prefix as plain text at the start of the path', async () => {
      await using world = await begin()
      await uploadAll(world, ['/a%/x', '/ab/x', '/a_b', '/a', '/A', '/a*', '/a?', '/a\u{10fffd}z'])
      for (const sort of ['path', 'created'] as const) {
        const listed = async (prefix: string) => (await world.listAll({ sort, prefix })).toSorted()
        expect(await listed('/a%')).toEqual(['/a%/x'])
        expect(await listed('/a_')).toEqual(['/a_b'])
        expect(await listed('/a*')).toEqual(['/a*'])
        expect(await listed('/a?')).toEqual(['/a?'])
        expect(await listed('/a')).toHaveLength(7)
        expect(await listed('/')).toHaveLength(8)
        expect(await listed('')).toHaveLength(8)
        expect(await listed('a')).toEqual([])
      }
    })

    test('matches nameContains as plain text, ignoring case in every script', async () => {
      await using world = await begin()
      await uploadAll(world, [
        '/x/Straße.txt',
        '/x/ОТЧЁТ.pdf',
        '/x/ΟΔΟΣΑ',
        '/x/100%_ok',
        '/ok/other',
        '/x/Ⴀ',
      ])
      for (const sort of ['path', 'created'] as const) {
        const named = (nameContains: string) => world.listAll({ sort, nameContains })
        expect(await named('STRASSE')).toEqual(['/x/Straße.txt'])
        expect(await named('straẞe')).toEqual(['/x/Straße.txt'])
        expect(await named('отчёт')).toEqual(['/x/ОТЧЁТ.pdf'])
        expect(await named('οδος')).toEqual(['/x/ΟΔΟΣΑ'])
        expect(await named('ⴀ')).toEqual(['/x/Ⴀ'])
        expect(await named('%')).toEqual(['/x/100%_ok'])
        expect(await named('_')).toEqual(['/x/100%_ok'])
        expect(await named('ok')).toEqual(['/x/100%_ok'])
        expect(await named('')).toHaveLength(6)
      }
    })

    test('filters by session, state and origin, and by combinations', async () => {
      await using world = await begin()
      await world.upload('/sessions/s1/ready', { origin: 'generated' })
      await world.reserve('/sessions/s1/pending', { origin: 'generated' })
      await world.reserve('/sessions/s10/pending')
      await world.upload('/free', { origin: 'agent-created' })
      const sick = await world.reserve('/sick')
      await world.settle(sick, { scan: infected })
      for (const sort of ['path', 'created'] as const) {
        for (const limit of [1, 100]) {
          const listed = async (filter: object) =>
            (await world.listAll({ sort, limit, ...filter })).toSorted()
          expect(await listed({ sessionId: session })).toEqual([
            '/sessions/s1/pending',
            '/sessions/s1/ready',
          ])
          expect(await listed({ state: 'pending' })).toEqual([
            '/sessions/s1/pending',
            '/sessions/s10/pending',
          ])
          expect(await listed({ state: 'infected' })).toEqual(['/sick'])
          expect(await listed({ state: 'ready' })).toEqual(['/free', '/sessions/s1/ready'])
          expect(await listed({ origin: 'agent-created' })).toEqual(['/free'])
          const all = { sessionId: session, state: 'pending', origin: 'generated' }
          expect(await listed(all)).toEqual(['/sessions/s1/pending'])
          expect(await listed({ ...all, prefix: '/s' })).toEqual(['/sessions/s1/pending'])
          expect(await listed({ ...all, prefix: '/sessions/s1/r' })).toEqual([])
          expect(await listed({ sessionId: session, prefix: '/f' })).toEqual([])
        }
      }
    })

    test('total counts the files of all pages', async () => {
      await using world = await begin()
      await uploadAll(world, ['/a/1', '/a/2', '/b/1', '/sessions/s1/1'])
      for (const sort of ['path', 'created'] as const) {
        const total = async (filter: object) =>
          (await world.list({ sort, limit: 1, total: true, ...filter })).total?.files
        expect(await total({})).toBe(4)
        expect(await total({ prefix: '/a/' })).toBe(2)
        expect(await total({ prefix: '/a/', nameContains: '2' })).toBe(1)
        expect(await total({ sessionId: session })).toBe(1)
        expect(await total({ sessionId: session, prefix: '/a' })).toBe(0)
        expect(await total({ state: 'pending', prefix: '/a' })).toBe(0)
        expect(await total({ offset: 3 })).toBe(4)
      }
      expect(await world.list()).not.toHaveProperty('total')
    })

    test('total stops at maxExamined files, and says so only if there are more', async () => {
      await using world = await begin()
      await uploadAll(world, ['/a/1', '/a/2', '/a/3', '/b/1'])
      const total = async (filter: object) =>
        (await world.list({ limit: 1, total: true, ...filter })).total
      for (const sort of ['path', 'created'] as const) {
        const query = { sort, maxExamined: 3 }
        expect(await total(query)).toEqual({ files: 3, isMinimum: true })
        expect(await total({ ...query, maxExamined: 4 })).toEqual({ files: 4, isMinimum: false })
        expect(await total({ ...query, prefix: '/a/' })).toEqual({ files: 3, isMinimum: false })
      }
    })

    test('a page with filters stops after maxExamined files, says so, and continues at next', async () => {
      await using world = await begin()
      await uploadBetweenInfected(world, ['/3-report', '/7-report'])
      for (const sort of ['path', 'created'] as const) {
        const ready = { sort, nameContains: 'report', state: 'ready', maxExamined: 2 } as const
        const first = await world.list(ready)
        expect(first).toMatchObject({ files: [], isIncomplete: true, next: {} })
        expect(await world.listAll(ready)).toEqual(['/3-report', '/7-report'])
        expect(await world.list({ ...ready, limit: 1, maxExamined: 4 })).not.toHaveProperty(
          'isIncomplete',
        )
      }
    })

    test('rejects an offset past the files that a page with filters reads', async () => {
      await using world = await begin()
      await uploadBetweenInfected(world, ['/3-report', '/7-report'])
      const ready = { nameContains: 'report', state: 'ready' } as const
      const query = { sort: 'created', ...ready, offset: 1 } as const
      expect((await world.list(query)).files).toHaveLength(1)
      await expect(world.list({ ...query, maxExamined: 2 })).rejects.toThrow(/^offset/)
    })

    test('next is undefined exactly on the last page', async () => {
      await using world = await begin()
      await uploadAll(world, ['/a', '/b', '/c/1'])
      for (const query of [{}, { prefix: '/', folders: true }]) {
        expect((await world.list({ limit: 2, ...query })).next).toBeDefined()
        expect((await world.list({ limit: 3, ...query })).next).toBeUndefined()
        expect((await world.list({ limit: 1, offset: 1, ...query })).next).toBeDefined()
        expect((await world.list({ limit: 1, offset: 2, ...query })).next).toBeUndefined()
        expect((await world.list({ limit: 1, offset: 9, ...query })).files).toEqual([])
      }
    })
  })
}
