import { describe, expect, test } from 'vitest'
import type { Api } from '../../support/api.ts'
import { readRecord } from '../../support/caller.ts'
import { share, sharesOf } from '../shares/share.ts'
import { openSession } from '../../support/resumable-session.ts'
import { EventSource } from '../../../support/http/events/event-source.ts'
import { holdRequest } from '../../../support/http/raw-http.ts'

const chunk = 262_144
const bytes = Buffer.alloc(chunk * 2, 'over the restart ')

/** Cases for processes that the test can stop and start. */
export function lifecycleCases(api: Api): void {
  describe('restart', () => {
    test.each(['restart', 'kill'] as const)(
      'keeps all files and resumes an upload after a %s',
      async (how) => {
        const user = await api.newUser()
        const kept = await user.store('/kept.txt', 'kept')
        const deleted = await user.store('/deleted.txt', 'deleted')
        await user.call('DELETE', `/files/${deleted.id}`)
        const link = await user.get(`/files/${kept.id}/download`)
        const page = await user.list({ limit: 1, deleted: false })
        const { file, upload } = await user.reserve({ path: '/big', sizeBytes: bytes.length })
        const session = openSession(upload.url, bytes)
        await session.send(0, chunk)
        const usage = await user.usage()

        await api.server[how]?.()

        expect(await user.usage()).toEqual(usage)
        expect(await user.text('/kept.txt')).toBe('kept')
        expect((await user.get(`/files/${deleted.id}`)).status).toBe(410)
        const signed = new URL(link.headers.get('location') ?? '', user.url(''))
        expect(await (await fetch(signed)).text()).toBe('kept')
        expect(page.files).toHaveLength(1)
        const held = await session.status()
        expect([held.status, held.headers.get('range')]).toEqual([308, `bytes=0-${chunk - 1}`])
        expect((await session.send(chunk, bytes.length)).ok).toBe(true)
        expect(await user.settled(file.id)).toMatchObject({ state: 'ready' })
      },
    )

    test('a file answered 202 becomes ready after kill -9', async () => {
      const user = await api.newUser()
      const accepted = await Promise.all(
        Array.from({ length: 5 }, async (_, at) => {
          const headers = { prefer: 'wait=0' }
          const response = await user.put(`/${at}`, `accepted ${at}`, { headers })
          expect([201, 202]).toContain(response.status)
          return readRecord(response, response.status)
        }),
      )
      await api.server.kill?.()
      for (const { id } of accepted) {
        expect(await user.settled(id)).toMatchObject({ state: 'ready' })
      }
      expect(await user.usage()).toMatchObject({ reservedBytes: 0, fileCount: 5 })
    })

    test('keeps share links and every counted download after a restart', async () => {
      const user = await api.newUser()
      const { id: fileId } = await user.store('/shared.txt', 'shared')
      const { url } = await share(user, { fileId })
      const pathname = new URL(url).pathname.replace('/api/workspace', '')
      for (let i = 0; i < 3; i += 1) await (await fetch(user.url(pathname))).text()
      await api.server.restart?.()
      expect(await sharesOf(user)).toMatchObject([{ downloadCount: 3, state: 'active' }])
      expect(await (await fetch(user.url(pathname))).text()).toBe('shared')
    })

    test('SIGTERM ends a stream of events, which resumes without a gap after the restart', async () => {
      const user = await api.newUser()
      await user.store('/a')
      await using source = new EventSource(await user.get('/events/stream'))
      const last = await source.next()
      const startedAt = performance.now()
      await api.server.restart?.()
      expect(await source.next()).toBeUndefined()
      // The deadline of requests in flight is 20 s.
      expect(performance.now() - startedAt).toBeLessThan(15_000)
      await user.store('/b')
      const headers = { 'last-event-id': last?.id ?? '' }
      await using resumed = new EventSource(await user.get('/events/stream', { headers }))
      expect(await resumed.take(2)).toMatchObject([
        { sequence: 3, type: 'created', path: '/b' },
        { sequence: 4, type: 'ready', path: '/b' },
      ])
    })

    test('SIGTERM finishes requests in flight, and an idle client does not delay the exit', async () => {
      const user = await api.newUser()
      const held = holdRequest(user.url('/content/a.txt'), 'PUT', {
        authorization: user.authorization,
        'content-length': '4',
        connection: 'keep-alive',
      })
      await held.write('in')
      const pending = async () => (await user.list({ state: 'pending' })).files.length
      await expect.poll(pending, { timeout: 10_000 }).toBe(1)
      const restarted = api.server.restart?.()
      const refusesOthers = () =>
        fetch(`${api.server.url}/healthz`).then(
          () => false,
          () => true,
        )
      await expect.poll(refusesOthers, { timeout: 10_000, interval: 20 }).toBe(true)
      const answer = await held.finish('ok')
      expect(answer.headers.get('connection')).toBe('close')
      await readRecord(answer, 201)
      await restarted
      expect(await user.text('/a.txt')).toBe('inok')
    })
  })
}
