import { describe, expect, test } from 'vitest'
import { EventSource } from '../../../support/http/events/event-source.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { readRecord } from '../../support/caller.ts'
import { namesAt, share, sharesOf } from '../shares/share.ts'

const part = { name: 'file', fileName: 'n.txt', body: 'x' }

interface EventPage {
  events: { path?: string }[]
  next: number
  latest: number
}

interface Folders {
  folders: { path: string; fileCount: number }[]
}

/** Cases for services whose tokens can be bound to a session. */
export function boundTokenCases(api: Api): void {
  describe('session-bound tokens', () => {
    test('a bound token may do everything inside its session', async () => {
      const { bound, inside } = await opened(api)
      expect(await bound.text('/sessions/s1/in.txt')).toBe('inside')
      const stored = await bound.store('/sessions/s1/more.txt')
      const json = { path: '/sessions/s1/moved.txt' }
      await readRecord(await bound.call('PATCH', `/files/${stored.id}`, { json }), 200)
      await readRecord(await bound.call('PATCH', `/files/${inside}`, { json: { name: 'i' } }), 200)
      expect((await bound.get(`/files/${inside}/download`)).status).toBe(302)
      expect((await bound.call('DELETE', `/files/${inside}`)).status).toBe(204)
      await readRecord(await bound.call('POST', `/files/${inside}/restore`), 200)
      const folders = { from: '/sessions/s1', to: 'sub' }
      await expectProblem(
        await bound.call('PATCH', '/folders', { json: folders }),
        400,
        'invalid-request',
        'to',
      )
      expect(
        (await bound.call('DELETE', '/folders', { query: { prefix: '/sessions/s1' } })).ok,
      ).toBe(true)
      expect((await bound.call('DELETE', '/sessions/s1')).ok).toBe(true)
    })

    test('reads outside its session are 404, like unknown files', async () => {
      const { bound, outside } = await opened(api)
      for (const id of outside) {
        for (const route of ['', '/content', '/download']) {
          await expectProblem(await bound.get(`/files/${id}${route}`), 404, 'not-found')
        }
      }
      for (const path of ['/out.txt', '/sessions/s12/out.txt', '/none.txt']) {
        await expectProblem(await bound.get(`/content${path}`), 404, 'not-found')
      }
    })

    test('a list shows only its session for every query', async () => {
      const { bound } = await opened(api)
      for (const query of [
        {},
        { prefix: '/' },
        { prefix: '/sessions/' },
        { session: 's1' },
        { session: 's1', allSessions: true },
      ]) {
        const { files } = await bound.list({ ...query, total: true })
        expect(files.map(({ path }) => path)).toEqual(['/sessions/s1/in.txt'])
      }
      expect((await bound.list({ total: true })).total).toBe(1)
      expect((await bound.list({ deleted: true })).files).toEqual([])
      const folders = await bound.list({ prefix: '/sessions/', delimiter: '/' })
      expect(folders.folders).toEqual(['/sessions/s1/'])
      for (const query of [{}, { prefix: '/sessions/' }, { prefix: '/' }]) {
        const { folders } = (await (await bound.get('/folders', { query })).json()) as Folders
        expect(folders.map(({ path, fileCount }) => [path, fileCount])).toEqual(
          query.prefix === undefined
            ? []
            : [[query.prefix === '/' ? '/sessions/' : '/sessions/s1/', 1]],
        )
      }
      await expectProblem(await bound.get('/folders?session=s12'), 404, 'not-found')
      const other = await bound.get('/files', { query: { session: 's12' } })
      const { files = [] } = (await other.json()) as { files?: unknown[] }
      expect([200, 403, 404]).toContain(other.status)
      expect(files).toEqual([])
    })

    test('its events are those of its session, on a page and in a stream', async () => {
      const { bound, user } = await opened(api)
      const response = await bound.get('/events', { query: { after: 0 } })
      const { events, next, latest } = (await response.json()) as EventPage
      expect(events.map(({ path }) => path)).toEqual(['/sessions/s1/in.txt', '/sessions/s1/in.txt'])
      expect(next).toBe(latest)
      await using source = new EventSource(await bound.get('/events/stream'))
      await user.store('/secret.txt')
      await user.store('/sessions/s1/later.txt')
      expect(await source.take(2)).toMatchObject([
        { type: 'created', path: '/sessions/s1/later.txt' },
        { type: 'ready', path: '/sessions/s1/later.txt' },
      ])
    })

    test('writes outside its session are 403, and change nothing', async () => {
      const { bound, user, inside } = await opened(api)
      const before = await user.list()
      const json = { path: '/out2.txt' }
      const answers = [
        await bound.put('/out2.txt', 'x'),
        await bound.put('/out.txt', 'x'),
        await bound.put('/sessions/s12/x.txt', 'x'),
        await bound.post([part, { name: 'path', body: '/out2.txt' }]),
        await bound.post([part], { query: { session: 's12' } }),
        await bound.call('POST', '/uploads', { json: { ...json, sizeBytes: 1 } }),
        await bound.call('PATCH', `/files/${inside}`, { json }),
        await bound.call('POST', `/files/${inside}/copy`, { json }),
        await bound.call('DELETE', '/content/out.txt'),
        await bound.call('DELETE', '/sessions/s12'),
        await bound.call('DELETE', '/folders?prefix=/'),
        await bound.call('DELETE', '/folders?prefix=/sessions'),
        await bound.call('DELETE', '/folders?prefix=/sessions/s12'),
        await bound.call('PATCH', '/folders', { json: { from: '/sessions/s1', to: '/x' } }),
        await bound.call('PATCH', '/folders', { json: { from: '/sessions/s12', to: 'x' } }),
        await bound.call('POST', '/folders/restore', { json: { prefix: '/' } }),
      ]
      for (const answer of answers) await expectProblem(answer, 403, 'forbidden')
      expect(await user.list()).toEqual(before)
      expect(await user.usage()).toMatchObject({ reservedBytes: 0, trashBytes: 7 })
    })

    test('shares only files of its session, and sees only its own shares', async () => {
      const { bound, user, inside, outside } = await opened(api)
      for (const fileId of outside) {
        const response = await bound.call('POST', '/shares', { json: { fileId } })
        await expectProblem(response, 404, 'not-found')
      }
      for (const folder of ['/sessions', '/sessions/s12']) {
        const response = await bound.call('POST', '/shares', { json: { folder } })
        await expectProblem(response, 403, 'forbidden')
      }
      const whole = await share(user, { folder: '/sessions' })
      const own = await share(bound, { fileId: inside })
      expect((await sharesOf(bound)).map(({ id }) => id)).toEqual([own.id])
      const foreign = await bound.call('DELETE', `/shares/${whole.id}`)
      await expectProblem(foreign, 404, 'not-found', 'id')
      expect(await namesAt(whole.url)).toEqual(['s1/in.txt', 's12/out.txt'])
      const folder = await share(bound, { folder: '/sessions/s1' })
      expect(await namesAt(folder.url)).toEqual(['in.txt'])
      const json = { path: '/moved-out.txt' }
      await readRecord(await user.call('PATCH', `/files/${inside}`, { json }), 200)
      await expectProblem(await fetch(own.url), 404, 'not-found', 'token')
      expect((await bound.call('DELETE', `/shares/${own.id}`)).status).toBe(204)
    })

    test('ids outside its session cannot be written', async () => {
      const { bound, user, outside } = await opened(api)
      const before = await user.list()
      const calls: [string, string, unknown?][] = [
        ['PATCH', '', { name: 'x.txt' }],
        ['POST', '/copy', { path: '/sessions/s1/stolen.txt' }],
        ['POST', '/restore'],
        ['DELETE', ''],
        ['DELETE', '?purge=true'],
      ]
      for (const [method, route, json] of calls) {
        const options = json === undefined ? {} : { json }
        const statusOf = async (id: string) =>
          (await bound.call(method, `/files/${id}${route}`, options)).status
        for (const id of outside) expect([403, 404]).toContain(await statusOf(id))
      }
      expect(await user.list()).toEqual(before)
    })
  })
}

async function opened(api: Api) {
  const user = await api.newUser()
  const { id: inside } = await user.store('/sessions/s1/in.txt', 'inside')
  const { id: top } = await user.store('/out.txt', 'outside')
  const { id: other } = await user.store('/sessions/s12/out.txt', 'other')
  const { id: deleted } = await user.store('/trash.txt', 'deleted')
  await user.call('DELETE', `/files/${deleted}`)
  const bound = await api.callerOf(user.user, { session: 's1' })
  return { user, bound, inside, outside: [top, other, deleted] }
}
