import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Caller } from '../support/caller.ts'
import type { Server } from '../support/target.ts'
import { startLocalServer } from './local-server.ts'

const paused = '8c1d9e27-5a40-4b8d-9c66-0f2b7d3a1e54'
let temporary: string
let server: Server

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'coffer-runs-'))
  server = await startLocalServer({
    AUTH_MODE: 'local',
    CLAMAV_SERVICE_ENABLED: 'false',
    MEDIA_TEMP_DIR: temporary,
    BLOCK_MODULES: fileURLToPath(new URL('../../blocks/paused-block.ts', import.meta.url)),
  })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(temporary, { recursive: true, force: true })
})

const userOf = (name: string) => new Caller(server.url, name, `Bearer local:${name}`)

/** Starts a run and reads its first events. Resolves to the function that closes the connection. */
async function open(user: Caller, accept: string, count: number): Promise<() => void> {
  const stop = new AbortController()
  const answer = user.call('POST', `/blocks/${paused}/run`, {
    json: { input: {} },
    headers: { accept },
    signal: stop.signal,
  })
  const leave = () => stop.abort()
  if (accept === 'application/json') {
    answer.catch(() => undefined)
    await vi.waitUntil(async () => (await runsOf(user)).length === 1)
    return leave
  }
  const reader = (await answer).body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while ((text.match(/"type"/g) ?? []).length < count) text += (await reader?.read())?.value ?? ''
  return leave
}

async function runsOf(user: Caller): Promise<{ id: string; state: string; cost: number }[]> {
  const { runs } = (await (await user.get('/runs')).json()) as {
    runs: { id: string; state: string; cost: number }[]
  }
  return runs
}

async function expectNothingLeft(user: Caller): Promise<void> {
  await expect
    .poll(async () => (await runsOf(user)).map(({ state }) => state), { timeout: 20_000 })
    .toEqual(['cancelled'])
  expect(await (await user.get('/files')).json()).toMatchObject({ files: [] })
  expect(await (await user.get('/files', { query: { deleted: true } })).json()).toMatchObject({
    files: [],
  })
  const entries = await readdir(join(temporary, 'exec_file'))
  expect(entries.filter((name) => name !== '.incoming')).toEqual([])
}

describe('a client that leaves', () => {
  test.each([
    ['application/x-ndjson', 1],
    ['application/x-ndjson', 2],
    ['application/x-ndjson', 3],
    ['text/event-stream', 1],
    ['text/event-stream', 2],
    ['text/event-stream', 3],
    ['application/json', 0],
  ])('%s after event %i cancels the run, which leaves nothing', async (accept, count) => {
    const user = userOf(`leaves-${accept.replace(/\W/g, '-')}-${count}`)
    const leave = await open(user, accept, count)
    leave()
    await expectNothingLeft(user)
  })
})

test('DELETE /runs/{id} cancels a run, whose stream ends with it', async () => {
  const user = userOf('deletes')
  const response = await user.call('POST', `/blocks/${paused}/run`, {
    json: { input: {} },
    headers: { accept: 'application/x-ndjson' },
  })
  const text = response.text()
  await expect.poll(async () => (await runsOf(user)).length).toBe(1)
  const [run] = await runsOf(user)
  const answer = await user.call('DELETE', `/runs/${run?.id}`)
  expect([200, 202]).toContain(answer.status)
  const [last] = (await text).trim().split('\n').slice(-1)
  expect(JSON.parse(last ?? '')).toMatchObject({ type: 'cancelled' })
  await expectNothingLeft(user)
})

test('the fifth run of a user at a time is 429, and another user still runs', async () => {
  const user = userOf('busy')
  const leaving = await Promise.all([1, 2, 3, 4].map(() => open(user, 'application/x-ndjson', 1)))
  const fifth = await user.call('POST', `/blocks/${paused}/run`, { json: { input: {} } })
  expect(fifth.status).toBe(429)
  expect(fifth.headers.get('retry-after')).toBe('5')
  const other = userOf('other')
  const done = await other.call('POST', `/blocks/${paused}/run`, {
    json: { input: { seconds: 0 } },
  })
  expect(await done.json()).toMatchObject({ state: 'completed', cost: 2 })
  for (const leave of leaving) leave()
})
