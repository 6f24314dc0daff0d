import { describe, expect, test } from 'vitest'
import { EventSource } from '../../../support/http/events/event-source.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import type { Caller, CallOptions } from '../../support/caller.ts'

async function open(caller: Caller, options: CallOptions = {}): Promise<EventSource> {
  const response = await caller.get('/events/stream', options)
  expect(response.status).toBe(200)
  return new EventSource(response)
}

export function eventStreamCases(api: Api): void {
  describe('GET /events/stream', () => {
    test('sends each event as it happens, with its number as the id', async () => {
      const user = await api.newUser()
      await user.store('/before')
      await using source = await open(user)
      expect(await source.next()).toEqual({ id: '2', data: undefined })
      expect(source.retry).toBeGreaterThan(0)
      const { id } = await user.store('/a')
      const [created, ready] = [await source.next(), await source.next()]
      expect([created?.id, ready?.id]).toEqual(['3', '4'])
      expect(JSON.parse(created?.data ?? '')).toMatchObject({
        sequence: 3,
        type: 'created',
        fileId: id,
      })
      expect(JSON.parse(ready?.data ?? '')).toMatchObject({
        sequence: 4,
        type: 'ready',
        path: '/a',
      })
    })

    test('is not cached, changed or buffered on its way', async () => {
      const user = await api.newUser()
      const response = await user.get('/events/stream')
      await using _ = new EventSource(response)
      const { headers } = response
      expect(headers.get('content-type')).toBe('text/event-stream')
      expect(headers.get('cache-control')).toBe('no-store, no-transform')
      expect(headers.get('content-encoding')).toBeNull()
    })

    test.each([
      ['Last-Event-ID', { headers: { 'last-event-id': '1' } }],
      ['`after`', { query: { after: 1 } }],
      ['Last-Event-ID before `after`', { headers: { 'last-event-id': '1' }, query: { after: 0 } }],
      [
        '`after`, if Last-Event-ID is empty',
        { headers: { 'last-event-id': '' }, query: { after: 1 } },
      ],
    ])('resumes after %s', async (_, options: CallOptions) => {
      const user = await api.newUser()
      await user.store('/a')
      await using source = await open(user, options)
      await user.store('/b')
      expect(await source.take(3)).toMatchObject([
        { sequence: 2, type: 'ready', path: '/a' },
        { sequence: 3, type: 'created', path: '/b' },
        { sequence: 4, type: 'ready', path: '/b' },
      ])
    })

    test.each(['latest', '-1', '1 2', '1.5', 'ü'.repeat(10), '9'.repeat(17)])(
      'answers 400 for the Last-Event-ID %j',
      async (text) => {
        const user = await api.newUser()
        const headers = { 'last-event-id': text }
        const response = await user.get('/events/stream', { headers })
        await expectProblem(response, 400, 'invalid-request', 'Last-Event-ID')
      },
    )

    test('answers 410 for a number above the latest', async () => {
      const user = await api.newUser()
      const headers = { 'last-event-id': '7' }
      await expectProblem(await user.get('/events/stream', { headers }), 410, 'events-expired')
    })

    test('sends nothing of another user', async () => {
      const [user, other] = [await api.newUser(), await api.newUser()]
      await using source = await open(user)
      expect(await source.next()).toEqual({ id: '0', data: undefined })
      await other.store('/theirs')
      await user.store('/mine')
      expect(await source.take(2)).toMatchObject([{ path: '/mine' }, { path: '/mine' }])
    })

    test('refuses more than 10 streams of one user with 429, and takes one when another is closed', async () => {
      const user = await api.newUser()
      await using opened = new AsyncDisposableStack()
      const sources = []
      for (let i = 0; i < 10; i += 1) sources.push(opened.use(await open(user)))
      const refused = await user.get('/events/stream')
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
      await expectProblem(refused, 429, 'too-many-requests')
      opened.use(await open(await api.newUser()))
      await sources[3]?.[Symbol.asyncDispose]()
      await expect
        .poll(async () => {
          const response = await user.get('/events/stream')
          if (response.status === 200) opened.use(new EventSource(response))
          return response.status
        })
        .toBe(200)
    })

    test('frees the streams of clients that leave without reading', async () => {
      const user = await api.newUser()
      for (let round = 0; round < 5; round += 1) {
        const controllers = Array.from({ length: 8 }, () => new AbortController())
        const open = async ({ signal }: AbortController) => user.get('/events/stream', { signal })
        await expect
          .poll(async () => {
            const statuses = await Promise.all(controllers.map(open))
            return statuses.filter(({ status }) => status === 200).length
          })
          .toBe(8)
        for (const controller of controllers) controller.abort()
        await expect
          .poll(async () => {
            const controller = new AbortController()
            const { status } = await user.get('/events/stream', { signal: controller.signal })
            controller.abort()
            return status
          })
          .toBe(200)
      }
    })
  })
}
