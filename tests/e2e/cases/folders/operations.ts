import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import type { Caller } from '../../support/caller.ts'

interface Operation {
  id: string
  kind: string
  folder: string
  to?: string
  state: string
  examinedCount: number
  changedCount: number
  refusedCount: number
  totalCount?: number
  refused: { id: string; path: string; code: string }[]
}

async function read(response: Response, status = 200): Promise<Operation> {
  const text = await response.text()
  expect([response.status, text]).toEqual([status, expect.anything()])
  return JSON.parse(text) as Operation
}

const move = (caller: Caller, from: string, to: string, headers = {}) =>
  caller.call('PATCH', '/folders', { json: { from, to }, headers })
const remove = (caller: Caller, prefix: string, headers = {}) =>
  caller.call('DELETE', '/folders', { query: { prefix }, headers })
const restore = (caller: Caller, json: object) => caller.call('POST', '/folders/restore', { json })

const pathsOf = async (caller: Caller, deleted = false) =>
  (await caller.list({ sort: 'path', limit: 1000, deleted })).files.map(({ path }) => path)

/** One file more than one step of an operation takes. */
async function fill(caller: Caller, folder: string, count = 51): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, i) => `${folder}${String(i).padStart(3, '0')}`)
  for (let i = 0; i < count; i += 10) {
    await Promise.all(paths.slice(i, i + 10).map((path) => caller.store(path, 'x')))
  }
  return paths
}

async function ended(caller: Caller, id: string): Promise<Operation> {
  const get = () => caller.get(`/operations/${id}`, { headers: { prefer: 'wait=10' } })
  const options = { timeout: 20_000 }
  await expect.poll(async () => (await read(await get())).state, options).not.toBe('running')
  return read(await get())
}

export function folderOperationCases(api: Api): void {
  describe('folder operations', () => {
    test('PATCH moves everything in a folder, and nothing else', async () => {
      const user = await api.newUser()
      const file = await user.store('/a/x.txt', 'ex')
      await user.store('/a/deep/Ü.txt')
      for (const path of ['/a.txt', '/ab/x.txt']) await user.store(path)
      const operation = await read(await move(user, '/a', '/архив/2025/'))
      expect(operation).toMatchObject({
        kind: 'move',
        folder: '/a/',
        to: '/архив/2025/',
        state: 'done',
        examinedCount: 2,
        changedCount: 2,
        refusedCount: 0,
        refused: [],
      })
      const paths = ['/a.txt', '/ab/x.txt', '/архив/2025/deep/Ü.txt', '/архив/2025/x.txt']
      expect(await pathsOf(user)).toEqual(paths)
      expect(await user.record(file.id)).toMatchObject({ path: '/архив/2025/x.txt' })
      expect(await user.text('/архив/2025/x.txt')).toBe('ex')
      expect(await read(await user.get(`/operations/${operation.id}`))).toEqual(operation)
      await expectProblem(await move(user, '/a', '/b'), 404, 'not-found')
    })

    test('PATCH names the files whose target is taken, and leaves them', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a/1', 'from')
      await user.store('/a/2')
      await user.store('/b/1', 'there')
      const operation = await read(await move(user, '/a/', '/b/'))
      expect(operation).toMatchObject({ state: 'done', changedCount: 1, refusedCount: 1 })
      expect(operation.refused).toEqual([{ id, path: '/a/1', code: 'path-taken' }])
      expect(await user.text('/a/1')).toBe('from')
      expect(await user.text('/b/1')).toBe('there')
    })

    test('PATCH refuses to move a folder into itself, and what is not a folder', async () => {
      const user = await api.newUser()
      await user.store('/a/x')
      for (const to of ['/a', '/a/', '/a/b']) {
        await expectProblem(await move(user, '/a/', to), 400, 'invalid-request', 'to')
      }
      await expectProblem(await move(user, '/', '/b'), 400, 'invalid-request', 'to')
      await expectProblem(await move(user, 'a', '/b'), 400, 'invalid-request', 'from')
      await expectProblem(await move(user, '/a', '/b/../c'), 400, 'invalid-request', 'to')
      const lacking = await user.call('PATCH', '/folders', { json: { from: '/a' } })
      await expectProblem(lacking, 400, 'invalid-request', 'to')
      expect(await pathsOf(user)).toEqual(['/a/x'])
    })

    test('a large move answers 202 with an operation, and a waiting GET sees its end', async () => {
      const user = await api.newUser()
      const paths = await fill(user, '/a/')
      const response = await move(user, '/a/', '/b/', { prefer: 'wait=0' })
      const location = response.headers.get('location')
      expect(response.headers.get('retry-after')).toBe('1')
      const started = await read(response, 202)
      expect(location).toMatch(new RegExp(`/api/workspace/operations/${started.id}$`))
      expect(started).toMatchObject({ state: 'running', examinedCount: 50 })
      const done = await ended(user, started.id)
      expect(done).toMatchObject({ state: 'done', changedCount: paths.length, totalCount: 51 })
      expect(await pathsOf(user)).toEqual(paths.map((path) => path.replace('/a/', '/b/')))
    })

    test('files that are uploaded during a move stay, and no upload is lost', async () => {
      const user = await api.newUser()
      const paths = await fill(user, '/a/')
      const started = await read(await move(user, '/a/', '/b/', { prefer: 'wait=0' }), 202)
      const late = ['/a/000', '/a/zzz', '/b/new']
      await Promise.all([...late.map((path) => user.store(path, 'late')), ended(user, started.id)])
      for (const path of late) expect(await user.text(path)).toBe('late')
      const moved = paths.map((path) => path.replace('/a/', '/b/'))
      expect(await pathsOf(user)).toEqual([...moved, ...late].toSorted())
      expect(await user.usage()).toMatchObject({ fileCount: 54, reservedBytes: 0 })
    })

    test('DELETE moves a folder to the trash, and a restoration of the operation undoes it', async () => {
      const user = await api.newUser()
      const before = await user.store('/a/before')
      await user.call('DELETE', `/files/${before.id}`)
      const paths = await fill(user, '/a/', 3)
      const { file: open } = await user.reserve({ path: '/a/open', sizeBytes: 5 })
      const deletion = await read(await remove(user, '/a'))
      expect(deletion).toMatchObject({ kind: 'delete', state: 'done', changedCount: 4 })
      expect(await pathsOf(user)).toEqual([])
      await expectProblem(await user.get('/content/a/000'), 410, 'gone')
      expect([404, 410]).toContain((await user.get(`/files/${open.id}`)).status)
      expect(await user.usage()).toMatchObject({ reservedBytes: 0, fileCount: 0 })
      expect(await read(await remove(user, '/a'))).toMatchObject({ examinedCount: 0 })

      const undone = await read(await restore(user, { operation: deletion.id }))
      expect(undone).toMatchObject({ kind: 'restore', folder: '/a/', changedCount: 3 })
      expect(await pathsOf(user)).toEqual(paths)
      const all = await read(await restore(user, { prefix: '/a/' }))
      expect(all).toMatchObject({ changedCount: 1, refusedCount: 0 })
      expect(await pathsOf(user)).toEqual([...paths, '/a/before'])
      // Repeated requests change nothing.
      expect(await read(await restore(user, { prefix: '/a/' }))).toMatchObject({ changedCount: 0 })
    })

    test('a restoration during a large deletion undoes all of it', async () => {
      const user = await api.newUser()
      const paths = await fill(user, '/a/')
      const started = await read(await remove(user, '/a/', { prefer: 'wait=0' }), 202)
      const undone = await read(await restore(user, { operation: started.id }), 200)
      expect(undone.state).toBe('done')
      expect(['stopped', 'done']).toContain((await ended(user, started.id)).state)
      expect(await pathsOf(user)).toEqual(paths)
    })

    test('a restoration refuses a request that does not name one folder or deletion', async () => {
      const user = await api.newUser()
      await user.store('/a/x')
      const deletion = await read(await remove(user, '/a'))
      for (const json of [{}, { prefix: '/a', operation: deletion.id }]) {
        await expectProblem(await restore(user, json), 400, 'invalid-request', 'prefix')
      }
      const unknown = 'b3d7d0a4-4f0e-4c5e-9d6b-0a4d3a1f2c11'
      for (const operation of ['none', unknown]) {
        await expectProblem(await restore(user, { operation }), 404, 'not-found')
      }
      await expectProblem(await user.call('DELETE', '/folders'), 400, 'invalid-request', 'prefix')
    })

    test('operations and folders of another user do not exist', async () => {
      const [user, stranger] = [await api.newUser(), await api.newUser()]
      await user.store('/a/x')
      await expectProblem(await move(stranger, '/a', '/b'), 404, 'not-found')
      expect(await read(await remove(stranger, '/a'))).toMatchObject({ examinedCount: 0 })
      const { id } = await read(await remove(user, '/a'))
      await expectProblem(await stranger.get(`/operations/${id}`), 404, 'not-found')
      await expectProblem(await restore(stranger, { operation: id }), 404, 'not-found')
      await expectProblem(await user.get('/operations/none'), 404, 'not-found')
    })
  })
}
