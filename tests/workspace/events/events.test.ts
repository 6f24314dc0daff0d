import { afterEach, beforeEach, expect, test } from 'vitest'
import { parsePath, parseSessionId } from '../../../shared/model/path.ts'
import { followEvents } from '../../../shared/workspace/events/follow-events.ts'
import { readEvents } from '../../../shared/workspace/events/read-events.ts'
import { caller, openLocalWorkspace, type LocalWorkspace } from '../local-workspace.ts'

const bound = { ...caller, session: parseSessionId('s1') }

let workspace: LocalWorkspace
beforeEach(async () => {
  workspace = await openLocalWorkspace()
})
afterEach(() => workspace[Symbol.asyncDispose]())

const { signal: never } = new AbortController()

async function move(id: string, to: string): Promise<void> {
  const { files } = await workspace.ports.catalog.list({
    workspaceId: caller.workspaceId,
    deleted: false,
    sort: 'created',
    descending: false,
    limit: 100,
  })
  const file = files.find((other) => other.id === id)
  if (!file) throw new Error('There is no such file.')
  const settlement = {
    generation: '1',
    sizeBytes: 1,
    checksum: 'a'.repeat(64),
    mimeType: 'text/plain',
    scan: {
      verdict: 'clean' as const,
      engine: 'test',
      signatureVersion: null,
      scannedAt: '2026-01-01T00:00:00.000Z',
    },
  }
  if (file.state === 'pending') await workspace.ports.catalog.settle(file, settlement)
  await workspace.ports.catalog.update(caller.workspaceId, file.id, { path: parsePath(to) })
}

test('a caller without a session reads every event', async () => {
  await workspace.upload('/sessions/s1/a', 'a')
  await workspace.upload('/b', 'b')
  const { events, next, latest } = await readEvents(workspace.ports, caller, {
    after: 0,
    limit: 10,
  })
  expect(events.map(({ path }) => path)).toEqual(['/sessions/s1/a', '/b'])
  expect([next, latest]).toEqual([2, 2])
})

test('a caller of a session reads only events of its files, and no path outside it', async () => {
  const { id } = await workspace.upload('/sessions/s1/a', 'a')
  await workspace.upload('/b', 'b')
  await workspace.upload('/sessions/s12/c', 'c')
  await move(id, '/secret')
  await move(id, '/sessions/s12/secret')
  await move(id, '/sessions/s1/back')
  const page = await readEvents(workspace.ports, bound, { after: 0, limit: 10 })
  expect(page.events.map(({ sequence, type, path, from }) => [sequence, type, path, from])).toEqual(
    [
      [1, 'created', '/sessions/s1/a', undefined],
      [4, 'ready', '/sessions/s1/a', undefined],
      [5, 'moved', undefined, '/sessions/s1/a'],
      [7, 'moved', '/sessions/s1/back', undefined],
    ],
  )
  expect(JSON.stringify(page)).not.toMatch(/secret|s12/)
  expect([page.next, page.latest]).toEqual([7, 7])
})

test('a page examines at most `limit` events, and continues after those that it leaves out', async () => {
  for (let i = 0; i < 5; i += 1) await workspace.upload(`/${i}`, 'a')
  await workspace.upload('/sessions/s1/a', 'a')
  const first = await readEvents(workspace.ports, bound, { after: 0, limit: 4 })
  expect(first).toEqual({ events: [], next: 4, latest: 6 })
  const second = await readEvents(workspace.ports, bound, { after: first.next, limit: 4 })
  expect(second.events.map(({ sequence }) => sequence)).toEqual([6])
})

test('followEvents continues over more events than one batch, and waits for later ones', async () => {
  for (let i = 0; i < 250; i += 1) await workspace.upload(`/${i}`, 'a')
  const followed: number[] = []
  const batches = followEvents(workspace.ports, caller, { after: 0, signal: never })
  while (followed.length < 250) {
    const { value } = await batches.next()
    expect(value.events.length).toBeLessThanOrEqual(100)
    followed.push(...value.events.map(({ sequence }) => sequence))
  }
  expect(followed).toEqual(Array.from({ length: 250 }, (_, i) => i + 1))
  const next = batches.next()
  await workspace.upload('/later', 'a')
  expect((await next).value).toMatchObject({ events: [{ path: '/later' }], next: 251 })
})

test('followEvents without a number begins with the next event', async () => {
  await workspace.upload('/a', 'a')
  const batches = followEvents(workspace.ports, caller, { signal: never })
  expect((await batches.next()).value).toEqual({ events: [], next: 1 })
})
