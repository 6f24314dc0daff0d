import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import { eicar } from '../../../support/files/eicar.ts'
import type { Api } from '../../support/api.ts'
import { readRecord, type Caller } from '../../support/caller.ts'
import type { FileRecord } from '../../support/record.ts'

interface Versions {
  versions: FileRecord[]
  nextCursor?: string
  hasMore: boolean
}

async function versionsOf(caller: Caller, id: string, query: Record<string, string | number> = {}) {
  const response = await caller.get(`/files/${id}/versions`, { query })
  expect(response.status).toBe(200)
  return (await response.json()) as Versions
}

const idsOf = ({ versions }: Versions) => versions.map(({ id }) => id)

function bringBack(caller: Caller, id: string, version: string): Promise<Response> {
  return caller.call('POST', `/files/${id}/versions/${version}/restore`)
}

export function versionCases(api: Api): void {
  describe('versions', () => {
    test('GET lists what the path of a file has held, the present file first', async () => {
      const user = await api.newUser()
      const first = await user.store('/a.txt', 'one')
      const second = await user.store('/a.txt', 'two')
      const third = await user.store('/a.txt', 'three')
      for (const path of ['/a.txt.bak', '/a.txt/b', '/A.txt']) await user.store(path)
      const ids = [third.id, second.id, first.id]
      for (const { id } of [first, third]) {
        const listed = await versionsOf(user, id)
        expect([idsOf(listed), listed.hasMore]).toEqual([ids, false])
      }
      await user.call('DELETE', `/files/${third.id}`)
      const { versions } = await versionsOf(user, third.id)
      expect(
        versions.map(({ id, isDeleted, supersededBy }) => [id, isDeleted, supersededBy]),
      ).toEqual([
        [third.id, true, null],
        [second.id, true, third.id],
        [first.id, true, second.id],
      ])
    })

    test('GET pages with a cursor, and leaves out files that are not ready', async () => {
      const user = await api.newUser()
      const first = await user.store('/a.txt', 'one')
      const second = await user.store('/a.txt', 'two')
      await expectProblem(await user.put('/a.txt', eicar()), 422, 'infected')
      const third = await user.store('/a.txt', 'three')
      const page = await versionsOf(user, third.id, { limit: 1 })
      expect([idsOf(page), page.hasMore]).toEqual([[third.id, second.id], true])
      const rest = await versionsOf(user, third.id, { limit: 1, cursor: page.nextCursor ?? '' })
      expect([idsOf(rest), rest.hasMore]).toEqual([[first.id], false])
      const other = await user.store('/b.txt')
      const query = { cursor: page.nextCursor ?? '' }
      const foreign = await user.get(`/files/${other.id}/versions`, { query })
      await expectProblem(foreign, 400, 'invalid-request', 'cursor')
    })

    test('POST brings a version back with its id, and keeps the present file as a version', async () => {
      const user = await api.newUser()
      const first = await user.store('/a.txt', 'one')
      const second = await user.store('/a.txt', 'second')
      const restored = await readRecord(await bringBack(user, second.id, first.id), 200)
      expect(restored).toMatchObject({ id: first.id, isDeleted: false, supersededBy: null })
      expect(await user.text('/a.txt')).toBe('one')
      expect(await user.record(second.id)).toMatchObject({ supersededBy: first.id })
      expect(idsOf(await versionsOf(user, first.id))).toEqual([first.id, second.id])
      expect(await user.usage()).toMatchObject({ usedBytes: 3, trashBytes: 6, fileCount: 1 })
      // A repeated request changes nothing.
      expect((await bringBack(user, second.id, first.id)).status).toBe(200)
      await readRecord(await bringBack(user, first.id, second.id), 200)
      expect(await user.text('/a.txt')).toBe('second')
    })

    test('POST brings back the version of a path without a file', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt', 'one')
      await user.call('DELETE', `/files/${id}`)
      await readRecord(await bringBack(user, id, id), 200)
      expect(await user.text('/a.txt')).toBe('one')
    })

    test('POST refuses a version of another path, of another user and without an id', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt')
      const other = await user.store('/b.txt')
      await user.store('/b.txt', 'newer')
      const stranger = await api.newUser()
      const foreign = await stranger.store('/a.txt')
      for (const version of [other.id, foreign.id, 'none']) {
        await expectProblem(await bringBack(user, id, version), 404, 'not-found')
      }
      await expectProblem(await bringBack(stranger, id, id), 404, 'not-found')
      await expectProblem(await stranger.get(`/files/${id}/versions`), 404, 'not-found')
      expect(await user.text('/a.txt')).toBe('bytes of /a.txt')
    })

    test('parallel requests leave one file at the path and every version', async () => {
      const user = await api.newUser()
      const files = []
      for (const text of ['1', '22', '333']) files.push(await user.store('/a.txt', text))
      const ids = files.map(({ id }) => id)
      const answers = await Promise.all(
        ids.map((version) => bringBack(user, ids[0] ?? '', version)),
      )
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
      const { versions } = await versionsOf(user, ids[0] ?? '')
      expect(versions.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
      expect(versions.filter(({ isDeleted }) => !isDeleted)).toHaveLength(1)
      expect(await user.usage()).toMatchObject({ fileCount: 1 })
    })
  })
}
