import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import type { CallOptions, Caller } from '../../support/caller.ts'
import type { FileRecord } from '../../support/record.ts'

type Query = NonNullable<CallOptions['query']>

export function listCases(api: Api): void {
  describe('list', () => {
    test('lists all files of the caller, newest first', async () => {
      const user = await filled(api, ['/a', '/b', '/sessions/s/c'])
      const page = await user.list()
      expect(paths(page.files)).toEqual(['/sessions/s/c', '/b', '/a'])
      expect(page.hasMore).toBe(false)
      expect(page.nextCursor).toBeUndefined()
    })

    test('an unused workspace is empty', async () => {
      const user = await api.newUser()
      expect(await user.list({ total: true })).toMatchObject({
        files: [],
        hasMore: false,
        total: 0,
      })
    })

    test('order reverses the default order', async () => {
      const user = await filled(api, ['/a', '/b', '/c'])
      expect(paths((await user.list({ order: 'asc' })).files)).toEqual(['/a', '/b', '/c'])
      expect(paths((await user.list({ order: 'desc' })).files)).toEqual(['/c', '/b', '/a'])
    })

    test('paths sort by code point', async () => {
      // In UTF-16 order the emoji precedes the ligature; in a locale "a" precedes "B".
      const sorted = ['/B', '/a', '/é', '/\ufb01', '/\u{1f389}']
      const user = await filled(api, sorted.toReversed())
      const query = { sort: 'path' }
      expect(paths((await user.list({ ...query, order: 'asc' })).files)).toEqual(sorted)
      expect(paths((await user.list(query)).files)).toEqual(sorted)
      expect(paths((await user.list({ ...query, order: 'desc' })).files)).toEqual(
        sorted.toReversed(),
      )
    })

    test.each([
      { sort: 'created', order: 'desc' },
      { sort: 'created', order: 'asc' },
      { sort: 'path', order: 'asc' },
      { sort: 'path', order: 'desc' },
    ])('pages of $sort $order list every file exactly once', async (query) => {
      const user = await filled(api, ['/a', '/b', '/c', '/d', '/e'])
      const whole = paths((await user.list(query)).files)
      const pages = await allPages(user, { ...query, limit: 2, total: true })
      expect(pages.map(({ files }) => files.length)).toEqual([2, 2, 1])
      expect(pages.flatMap(({ files }) => paths(files))).toEqual(whole)
      for (const page of pages) expect(page.total).toBe(5)
    })

    test('lists an unchanged file once while other files are added and deleted', async () => {
      const user = await filled(api, ['/b', '/c', '/d', '/e'])
      const first = await user.list({ sort: 'path', limit: 2 })
      await user.store('/a')
      await user.store('/d2')
      await user.call('DELETE', '/content/b')
      const second = await user.list({ sort: 'path', limit: 9, cursor: first.nextCursor ?? '' })
      expect(paths(first.files)).toEqual(['/b', '/c'])
      expect(paths(second.files)).toEqual(['/d', '/d2', '/e'])
    })

    test('prefix matches literally', async () => {
      const user = await filled(api, ['/re/1', '/report', '/a%b', '/axb', '/a_b'])
      const matching = async (prefix: string) =>
        paths((await user.list({ prefix, sort: 'path' })).files)
      expect(await matching('/re')).toEqual(['/re/1', '/report'])
      expect(await matching('/re/')).toEqual(['/re/1'])
      expect(await matching('/a%')).toEqual(['/a%b'])
      expect(await matching('/a_')).toEqual(['/a_b'])
      expect(await matching('/none')).toEqual([])
    })

    test('delimiter lists each folder once over all pages and counts it towards limit', async () => {
      const user = await filled(api, ['/a/1', '/a/2', '/a/b/3', '/c', '/d/4', '/d/5', '/e'])
      const query = { prefix: '/', delimiter: '/' }
      const whole = await user.list(query)
      expect(whole.folders).toEqual(['/a/', '/d/'])
      expect(paths(whole.files)).toEqual(['/c', '/e'])
      for (const limit of [1, 2, 3]) {
        const pages = await allPages(user, { ...query, limit, total: true })
        expect(pages.flatMap(({ folders }) => folders ?? [])).toEqual(['/a/', '/d/'])
        expect(pages.flatMap(({ files }) => paths(files))).toEqual(['/c', '/e'])
        for (const { files, folders = [], total } of pages) {
          expect(files.length + folders.length).toBeLessThanOrEqual(limit)
          expect(total).toBe(7)
        }
      }
      const below = await user.list({ prefix: '/a/', delimiter: '/' })
      expect(below.folders).toEqual(['/a/b/'])
      expect(paths(below.files)).toEqual(['/a/1', '/a/2'])
      const cut = await user.list({ prefix: '/a', delimiter: '/' })
      expect(cut.folders).toEqual(['/a/'])
    })

    test.each([
      ['ΟΔΌΣ', 'οδός.txt'],
      ['σ', 'ΟΔΟΣ.txt'],
      ['ς', 'ΟΔΟΣ.txt'],
      ['STRASSE', 'Hauptstraße.txt'],
      ['straße', 'HAUPTSTRASSE.txt'],
      ['ẞ', 'straße.txt'],
      ['i̇stanbul', 'İSTANBUL.txt'],
      ['İSTANBUL', 'İstanbul.txt'],
      ['DIŞ', 'diş.txt'],
      ['привет', 'ПРИВЕТ.txt'],
      ['Ⓐ', 'ⓐ.txt'],
      ['É', 'cafe\u0301.txt'],
    ])('q finds a name that contains it in any case: %s in %s', async (q, name) => {
      const user = await filled(api, [`/${name}`, '/other'])
      expect((await user.list({ q })).files.map((file) => file.name)).toEqual([
        name.normalize('NFC'),
      ])
    })

    test('q matches % and _ literally, and only in the name', async () => {
      const user = await filled(api, ['/100%', '/100x', '/a_b', '/axb', '/100%/y'])
      const matching = async (q: string) => paths((await user.list({ q, sort: 'path' })).files)
      expect(await matching('0%')).toEqual(['/100%'])
      expect(await matching('a_b')).toEqual(['/a_b'])
      expect(await matching('\\%')).toEqual([])
    })

    test('state, origin and deleted filter', async () => {
      const user = await filled(api, ['/ready', '/old'])
      await user.put('/made', 'x', { query: { origin: 'agent-created' } })
      await user.reserve({ path: '/pending', sizeBytes: 1 })
      await user.call('DELETE', '/content/old')
      const matching = async (query: Query) =>
        paths((await user.list({ ...query, sort: 'path' })).files)
      expect(await matching({})).toEqual(['/made', '/pending', '/ready'])
      expect(await matching({ state: 'pending' })).toEqual(['/pending'])
      expect(await matching({ state: 'ready' })).toEqual(['/made', '/ready'])
      expect(await matching({ origin: 'agent-created' })).toEqual(['/made'])
      expect(await matching({ deleted: true })).toEqual(['/old'])
      expect(await matching({ deleted: false })).toEqual(['/made', '/pending', '/ready'])
    })

    test('offset skips, total counts the files of all pages', async () => {
      const user = await filled(api, ['/a', '/b', '/c', '/d'])
      const page = await user.list({ sort: 'path', offset: 1, limit: 2, total: true })
      expect(paths(page.files)).toEqual(['/b', '/c'])
      expect(page).toMatchObject({ total: 4, hasMore: true })
      expect((await user.list({ offset: 9 })).files).toEqual([])
      expect(await user.list({})).not.toHaveProperty('total')
    })

    test('a cursor is 400 if it is changed or used with another query', async () => {
      const user = await filled(api, ['/a', '/b', '/c'])
      const query = { sort: 'path', limit: 1 }
      const cursor = (await user.list(query)).nextCursor ?? ''
      expect(paths((await user.list({ ...query, cursor })).files)).toEqual(['/b'])
      const others: Query[] = [
        { prefix: '/' },
        { sort: 'created' },
        { order: 'desc' },
        { q: 'a' },
        { deleted: true },
        { state: 'ready' },
        { origin: 'generated' },
        { session: 's' },
        { delimiter: '/' },
      ]
      for (const other of others) {
        await expectRefused(user, { ...query, ...other, cursor }, 'cursor')
      }
      for (let at = 0; at < cursor.length; at += Math.ceil(cursor.length / 12)) {
        const changed =
          cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1)
        await expectRefused(user, { ...query, cursor: changed }, 'cursor')
      }
      for (const changed of [cursor.slice(0, -4), `${cursor}AAAA`, 'x', '%00', cursor.repeat(2)]) {
        await expectRefused(user, { ...query, cursor: changed }, 'cursor')
      }
      const otherUser = await api.newUser()
      await expectRefused(otherUser, { ...query, cursor }, 'cursor')
    })

    test.each([
      ['limit', ['-1', '0', '1001', '1e2', '1.5', '0x10', '', ' 5', 'NaN', '9'.repeat(40)]],
      ['offset', ['-1', 'x', '1.5', '9'.repeat(40)]],
      ['total', ['1', 'yes', 'TRUE', '']],
      ['deleted', ['1', 'no', '']],
      ['allSessions', ['1', 'x']],
      ['sort', ['name', '']],
      ['order', ['up', 'ASC']],
      ['state', ['clean', '']],
      ['origin', ['robot']],
      ['delimiter', ['.', '//', '']],
      ['session', ['', '.', '..', 'a/b', 'a b', 'x'.repeat(129)]],
      ['prefix', ['relative', '/a\u0000', '/\u202e', '/a\\b']],
    ])('an invalid %s is 400 naming it', async (name, values) => {
      const user = await api.newUser()
      for (const value of values) await expectRefused(user, { [name]: value }, name)
    })

    test('the largest limit is 1000 and unknown parameters are ignored', async () => {
      const user = await filled(api, ['/a'])
      expect((await user.list({ limit: 1000, unknown: 'x' })).files).toHaveLength(1)
    })
  })
}

async function filled(api: Api, stored: string[]): Promise<Caller> {
  const user = await api.newUser()
  for (const path of stored) await user.store(path)
  return user
}

async function allPages(user: Caller, query: Query) {
  const pages = [await user.list(query)]
  for (let page = pages[0]; page?.hasMore && pages.length < 50; page = pages.at(-1)) {
    expect(page.nextCursor).toMatch(/\S/)
    pages.push(await user.list({ ...query, cursor: page.nextCursor ?? '' }))
  }
  return pages
}

async function expectRefused(user: Caller, query: Query, field: string): Promise<void> {
  await expectProblem(await user.get('/files', { query }), 400, 'invalid-request', field)
}

const paths = (files: FileRecord[]) => files.map((file) => file.path)
