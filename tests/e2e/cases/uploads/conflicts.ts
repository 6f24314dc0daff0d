import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { readRecord, type Caller } from '../../support/caller.ts'
import type { FileRecord, UploadTicket } from '../../support/record.ts'

const parallel = 50
const waitLong = { prefer: 'wait=60' }

/** Brings bytes to a path, with parameters about the conflict. */
type WayIn = (
  user: Caller,
  path: string,
  conflict: Record<string, string | boolean>,
) => Promise<Response>

const waysIn: Record<string, WayIn> = {
  'a form': (user, path, conflict) => {
    const fields = [['path', path], ...Object.entries(conflict)] as const
    const parts = fields.map(([name = '', value]) => ({ name, body: String(value) }))
    return user.post([{ name: 'file', fileName: 'any.txt', body: 'new' }, ...parts], {
      headers: waitLong,
    })
  },
  'a form with a query': (user, path, conflict) =>
    user.post([{ name: 'file', fileName: 'any.txt', body: 'new' }], {
      query: { path, ...conflict },
      headers: waitLong,
    }),
  'a raw body': (user, path, conflict) =>
    user.put(path, 'new', { query: conflict, headers: waitLong }),
  'a resumable session': (user, path, conflict) =>
    user.call('POST', '/uploads', { json: { path, sizeBytes: 3, ...conflict } }),
  'an import': (user, path, conflict) =>
    user.call('POST', '/imports', {
      json: { source: 'data:text/plain,new', path, ...conflict },
      headers: waitLong,
    }),
  'an import of an own file': async (user, path, conflict) => {
    const { id } = await user.store('/source.txt', 'new')
    return user.call('POST', '/imports', {
      json: { source: `workspace://${id}`, path, ...conflict },
    })
  },
  'a copy': async (user, path, conflict) => {
    const { id } = await user.store('/source.txt', 'new')
    return user.call('POST', `/files/${id}/copy`, { json: { path, ...conflict } })
  },
  'a move': async (user, path, conflict) => {
    const { id } = await user.store('/source.txt', 'new')
    return user.call('PATCH', `/files/${id}`, { json: { path, ...conflict } })
  },
  'a restore': async (user, path, conflict) => {
    const { id } = await user.store('/source.txt', 'new')
    await user.call('DELETE', `/files/${id}`)
    return user.call('POST', `/files/${id}/restore`, { json: { path, ...conflict } })
  },
}

const ways = Object.entries(waysIn)
const withOverwrite = ways.filter(([way]) => way !== 'a move' && way !== 'a restore')

export function conflictCases(api: Api): void {
  describe('onConflict', () => {
    test.each(ways)('%s with rename keeps both files', async (_, send) => {
      const user = await api.newUser()
      const owner = await user.store('/to/image.tar.gz', 'old')
      const first = await fileOf(await send(user, '/to/image.tar.gz', { onConflict: 'rename' }))
      expect(first).toMatchObject({ path: '/to/image (2).tar.gz', name: 'image (2).tar.gz' })
      const second = await fileOf(await send(user, first.path, { onConflict: 'rename' }))
      expect(second.path).toBe('/to/image (3).tar.gz')
      expect(await user.text('/to/image.tar.gz')).toBe('old')
      expect(await user.record(owner.id)).toMatchObject({ isDeleted: false })
    })

    test.each(ways)('%s with replace moves the earlier file to the trash', async (_, send) => {
      const user = await api.newUser()
      const owner = await user.store('/to.txt', 'old')
      const file = await fileOf(await send(user, '/to.txt', { onConflict: 'replace' }))
      expect(file.path).toBe('/to.txt')
      if (file.state === 'pending') return
      expect(await user.text('/to.txt')).toBe('new')
      expect(await user.record(owner.id)).toMatchObject({ supersededBy: file.id })
    })

    test.each(ways)('%s with fail is 409', async (_, send) => {
      const user = await api.newUser()
      await user.store('/to.txt', 'old')
      const refused = await send(user, '/to.txt', { onConflict: 'fail' })
      const { detail } = await expectProblem(refused, 409, 'path-taken')
      expect(detail).toContain('rename')
      expect(await user.text('/to.txt')).toBe('old')
    })

    test.each(withOverwrite)('%s takes overwrite as before', async (_, send) => {
      const user = await api.newUser()
      await user.store('/to.txt', 'old')
      await expectProblem(await send(user, '/to.txt', { overwrite: false }), 409, 'path-taken')
      const both = { overwrite: true, onConflict: 'replace' }
      expect((await fileOf(await send(user, '/to.txt', both))).path).toBe('/to.txt')
      const again = await fileOf(await send(user, '/to.txt', { overwrite: true }))
      expect(again.path).toBe('/to.txt')
    })

    test.each(withOverwrite)('%s with contradicting parameters is 400', async (_, send) => {
      const user = await api.newUser()
      await user.store('/to.txt', 'old')
      for (const conflict of [
        { overwrite: true, onConflict: 'rename' },
        { overwrite: true, onConflict: 'fail' },
        { overwrite: false, onConflict: 'replace' },
        { overwrite: false, onConflict: 'rename' },
      ]) {
        const refused = await send(user, '/to.txt', conflict)
        const { errors } = await expectProblem(refused, 400, 'invalid-request')
        expect(errors).toMatchObject([{ field: 'onConflict' }])
      }
    })

    test.each(ways)('%s with an unknown value is 400 and names the values', async (_, send) => {
      const user = await api.newUser()
      const refused = await send(user, '/to.txt', { onConflict: 'keep-both' })
      const { detail } = await expectProblem(refused, 400, 'invalid-request')
      expect(detail).toContain('onConflict: must be one of "fail", "replace", "rename"')
    })

    test('rename together with If-Match or If-None-Match is 400', async () => {
      const user = await api.newUser()
      await user.store('/a.txt')
      for (const headers of [{ 'if-match': '*' }, { 'if-none-match': '*' }]) {
        const query = { onConflict: 'rename' }
        const refused = await user.put('/a.txt', 'new', { query, headers })
        await expectProblem(refused, 400, 'invalid-request')
      }
    })

    test('a resumable upload with rename ends at the path that its ticket named', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'old')
      const { file, upload } = await user.reserve({
        path: '/a.txt',
        sizeBytes: 3,
        onConflict: 'rename',
      })
      expect(file.path).toBe('/a (2).txt')
      await fetch(upload.url, { method: 'PUT', body: 'new' })
      expect(await user.settled(file.id)).toMatchObject({ state: 'ready', path: '/a (2).txt' })
      expect(await user.text('/a (2).txt')).toBe('new')
    })

    test(`${parallel} parallel uploads of one name with rename are all kept`, async () => {
      const user = await api.newUser()
      const create = async (at: number) => {
        const body = `upload ${at}`
        const query = { onConflict: 'rename' }
        const response =
          at % 2 === 0
            ? await user.put('/image.png', body, { query, headers: waitLong })
            : await user.post([{ name: 'file', fileName: 'image.png', body }], {
                query,
                headers: waitLong,
              })
        return readRecord(response, 201)
      }
      const files = await Promise.all(Array.from({ length: parallel }, (_, at) => create(at)))
      const numbered = Array.from({ length: parallel - 1 }, (_, i) => `/image (${i + 2}).png`)
      const paths = files.map(({ path }) => path).toSorted()
      expect(paths).toEqual(['/image.png', ...numbered].toSorted())
      expect(await user.usage()).toMatchObject({ fileCount: parallel, trashBytes: 0 })
      for (const at of [0, 1, parallel - 1]) {
        expect(await user.text(files[at]?.path ?? '')).toBe(`upload ${at}`)
      }
    })

    test('a name of 255 bytes is shortened, and a hostile one is refused', async () => {
      const user = await api.newUser()
      const long = `/${'ü'.repeat(125)}x.txt`
      await user.store(long, 'old')
      const rename = { query: { onConflict: 'rename' } }
      const { name } = await readRecord(await user.put(long, 'new', rename), 201)
      expect(name).toBe(`${'ü'.repeat(123)} (2).txt`)
      for (const hostile of ['/a\u202egnp.exe', '/a\u0000.txt', '/a\n.txt']) {
        const refused = await user.put(hostile, 'new', rename)
        expect(refused.status).toBe(400)
      }
    })

    test('a name in a session is numbered in the folder of the session', async () => {
      const user = await api.newUser()
      await user.store('/sessions/s1/a.txt', 'old')
      const response = await user.post([{ name: 'file', fileName: 'a.txt', body: 'new' }], {
        query: { onConflict: 'rename', session: 's1' },
        headers: waitLong,
      })
      expect(await readRecord(response, 201)).toMatchObject({
        path: '/sessions/s1/a (2).txt',
        sessionId: 's1',
      })
    })
  })
}

/** The file of an answer: a record, or the ticket of a resumable session. */
async function fileOf(response: Response): Promise<FileRecord> {
  const text = await response.text()
  expect([200, 201, 202], `${response.status} ${text}`).toContain(response.status)
  const answer = JSON.parse(text) as FileRecord | UploadTicket
  return 'file' in answer ? answer.file : answer
}
