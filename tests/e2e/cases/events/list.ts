import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import type { Caller } from '../../support/caller.ts'

interface EventView {
  sequence: number
  at: string
  type: string
  fileId: string
  path?: string
  from?: string
}

interface EventPage {
  events: EventView[]
  next: number
  latest: number
}

async function readEvents(
  caller: Caller,
  query: Record<string, string | number> = {},
): Promise<EventPage> {
  const response = await caller.get('/events', { query })
  const body: unknown = await response.json()
  expect([response.status, body]).toEqual([200, expect.anything()])
  return body as EventPage
}

export function eventListCases(api: Api): void {
  describe('GET /events', () => {
    test('answers the events after a number, in order', async () => {
      const user = await api.newUser()
      expect(await readEvents(user)).toEqual({ events: [], next: 0, latest: 0 })
      const { id } = await user.store('/a.txt')
      await user.call('PATCH', `/files/${id}`, { json: { name: 'b.txt' } })
      await user.call('DELETE', `/files/${id}`)
      const common = { fileId: id, at: expect.stringMatching(/^2\d{3}-.*Z$/) }
      expect(await readEvents(user, { after: 0 })).toEqual({
        events: [
          { ...common, sequence: 1, type: 'created', path: '/a.txt' },
          { ...common, sequence: 2, type: 'ready', path: '/a.txt' },
          { ...common, sequence: 3, type: 'moved', path: '/b.txt', from: '/a.txt' },
          { ...common, sequence: 4, type: 'deleted', path: '/b.txt' },
        ],
        next: 4,
        latest: 4,
      })
      expect(await readEvents(user)).toEqual({ events: [], next: 4, latest: 4 })
      expect(await readEvents(user, { after: 4 })).toEqual({ events: [], next: 4, latest: 4 })
    })

    test('pages by `limit` and `next`', async () => {
      const user = await api.newUser()
      for (const path of ['/a', '/b', '/c']) await user.store(path)
      const sequences: number[] = []
      let page: EventPage = { events: [], next: 0, latest: -1 }
      while (page.next !== page.latest) {
        page = await readEvents(user, { after: page.next, limit: 4 })
        expect(page.events.length).toBeLessThanOrEqual(4)
        sequences.push(...page.events.map(({ sequence }) => sequence))
      }
      expect(sequences).toEqual([1, 2, 3, 4, 5, 6])
    })

    test('answers only events of the caller', async () => {
      const user = await api.newUser()
      await user.store('/a')
      const other = await api.newUser()
      expect(await readEvents(other, { after: 0 })).toEqual({ events: [], next: 0, latest: 0 })
    })

    test('answers 410 for a number above the latest, and says what to do', async () => {
      const user = await api.newUser()
      await user.store('/a')
      const { detail } = await expectProblem(
        await user.get('/events', { query: { after: 3 } }),
        410,
        'events-expired',
      )
      expect(detail).toMatch(/GET .*\/events, list your files again/)
    })

    test.each([
      { after: '-1' },
      { after: 'latest' },
      { after: '1.5' },
      { after: '9'.repeat(16) },
      { after: '' },
      { limit: '0' },
      { limit: '1001' },
    ])('answers 400 for %j', async (query) => {
      const user = await api.newUser()
      const [field = ''] = Object.keys(query)
      await expectProblem(
        await user.get('/events', { query: { ...query } }),
        400,
        'invalid-request',
        field,
      )
    })
  })
}
