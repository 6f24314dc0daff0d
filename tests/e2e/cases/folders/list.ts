import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import type { Caller } from '../../support/caller.ts'

interface FolderListing {
  folders: { path: string; fileCount: number; sizeBytes: number }[]
  nextCursor?: string
  hasMore: boolean
}

async function list(caller: Caller, query: Record<string, string | number> = {}) {
  const response = await caller.get('/folders', { query })
  const body: unknown = await response.json()
  expect([response.status, body]).toEqual([200, expect.anything()])
  return body as FolderListing
}

export function folderListCases(api: Api): void {
  describe('GET /folders', () => {
    test('lists the direct subfolders with the number and the bytes of their files', async () => {
      const user = await api.newUser()
      for (const path of ['/a.txt', '/docs/1', '/docs/deep/2', '/Фото/3'])
        await user.store(path, 'four')
      expect(await list(user)).toEqual({
        folders: [
          { path: '/docs/', fileCount: 2, sizeBytes: 8 },
          { path: '/Фото/', fileCount: 1, sizeBytes: 4 },
        ],
        hasMore: false,
      })
      const inside = [{ path: '/docs/deep/', fileCount: 1, sizeBytes: 4 }]
      for (const prefix of ['/docs/', '/docs']) {
        expect((await list(user, { prefix })).folders).toEqual(inside)
      }
      expect(await list(await api.newUser())).toEqual({ folders: [], hasMore: false })
    })

    test('pages with a cursor that belongs to its query', async () => {
      const user = await api.newUser()
      for (const path of ['/a/1', '/b/1', '/c/1']) await user.store(path)
      const first = await list(user, { limit: 2 })
      expect(first.folders.map(({ path }) => path)).toEqual(['/a/', '/b/'])
      const cursor = first.nextCursor ?? ''
      const second = await list(user, { limit: 2, cursor })
      expect(second.folders.map(({ path }) => path)).toEqual(['/c/'])
      expect(second.hasMore).toBe(false)
      const other = await user.get('/folders', { query: { prefix: '/a', cursor } })
      await expectProblem(other, 400, 'invalid-request', 'cursor')
    })

    test('resolves a relative prefix in the session, and lists only its folders', async () => {
      const user = await api.newUser()
      for (const path of ['/top/a', '/sessions/s1/in/a', '/sessions/s2/in/a'])
        await user.store(path)
      const paths = async (query: Record<string, string>) =>
        (await list(user, query)).folders.map(({ path }) => path)
      expect(await paths({ session: 's1' })).toEqual(['/sessions/s1/in/'])
      expect(await paths({ session: 's1', prefix: 'in' })).toEqual([])
      expect(await paths({ session: 's1', prefix: '/' })).toEqual(['/sessions/'])
    })

    test('refuses what is not a folder', async () => {
      const user = await api.newUser()
      for (const prefix of ['', 'relative', '/a/../b', '/a//', '/\u0000']) {
        const response = await user.get('/folders', { query: { prefix } })
        await expectProblem(response, 400, 'invalid-request', 'prefix')
      }
    })
  })
}
