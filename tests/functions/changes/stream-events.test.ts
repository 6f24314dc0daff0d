import { afterEach, beforeEach, expect, test } from 'vitest'
import { streamRoutes } from '../../../functions/changes/stream-events.ts'
import { createApp } from '../../../shared/http/app.ts'
import { EventSource } from '../../support/http/events/event-source.ts'
import { expectProblem } from '../../support/http/problem.ts'
import { caller, openLocalWorkspace, type LocalWorkspace } from '../../workspace/local-workspace.ts'

const url = '/api/workspace/events/stream'

let workspace: LocalWorkspace
beforeEach(async () => {
  workspace = await openLocalWorkspace()
})
afterEach(() => workspace[Symbol.asyncDispose]())

/** An app whose tokens are valid for some milliseconds, and name the user. */
function appWith({ maxStreams = 100, heartbeatMs = 60_000, tokenMs = Infinity } = {}) {
  const log: string[] = []
  const http = {
    authenticate: async ({ authorization = caller.workspaceId }) => ({
      caller: { workspaceId: authorization },
      scopes: new Set(['files:read'] as const),
      ...(tokenMs < Infinity && { expiresAt: new Date(workspace.ports.now().getTime() + tokenMs) }),
    }),
    log: ({ message }: { message: string }) => void log.push(message),
    corsOrigins: [],
  }
  const app = createApp(http, streamRoutes(workspace.ports, { maxStreams, heartbeatMs }))
  const open = async (user?: string) =>
    app.request(url, { headers: { ...(user !== undefined && { authorization: user }) } })
  return { app, open, log }
}

test('a stream ends when its token expires', async () => {
  const { open, log } = appWith({ tokenMs: 50 })
  await using source = new EventSource(await open())
  expect(await source.next()).toEqual({ id: '0', data: undefined })
  expect(await source.next()).toBeUndefined()
  expect(log.filter((message) => message.includes('stream of events'))).toEqual([])
})

test('an idle stream has heartbeats', async () => {
  const { open } = appWith({ heartbeatMs: 5 })
  await using source = new EventSource(await open())
  await source.next()
  const waiting = source.next()
  await expect.poll(() => source.comments.length).toBeGreaterThan(2)
  await workspace.upload('/a', 'a')
  expect(await waiting).toMatchObject({ id: '1' })
})

test('the streams of all users together are limited, and a closed one makes room', async () => {
  const { open } = appWith({ maxStreams: 3 })
  await using opened = new AsyncDisposableStack()
  const sources = []
  for (const user of ['ann', 'ben', 'cleo']) {
    sources.push(opened.use(new EventSource(await open(user))))
  }
  await expectProblem(await open('dan'), 429, 'too-many-requests')
  await sources[1]?.[Symbol.asyncDispose]()
  const again = await open('dan')
  expect(again.status).toBe(200)
  opened.use(new EventSource(again))
})

test('HEAD, and a refused request, hold no place', async () => {
  const { app, open } = appWith({ maxStreams: 1 })
  for (let i = 0; i < 3; i += 1) {
    const head = await app.request(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    const refused = await app.request(url, { headers: { 'last-event-id': '9' } })
    await expectProblem(refused, 410, 'events-expired')
  }
  const response = await open()
  await using _ = new EventSource(response)
  expect(response.status).toBe(200)
})

test('a stream whose store fails ends, is logged and holds no place', async () => {
  const { open, log } = appWith({ maxStreams: 1 })
  const source = new EventSource(await open())
  await source.next()
  const ended = source.next()
  await workspace.storage[Symbol.asyncDispose]()
  expect(await ended).toBeUndefined()
  expect(log.filter((message) => message.startsWith('A stream of events has ended'))).toHaveLength(
    1,
  )
  expect((await open()).status).not.toBe(429)
})
