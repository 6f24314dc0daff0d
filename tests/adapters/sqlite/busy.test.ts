import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listRoutes } from '../../../functions/list.ts'
import { updateRoutes } from '../../../functions/update.ts'
import {
  Database,
  type DatabaseOptions,
} from '../../../shared/adapters/sqlite/database/database.ts'
import { openLocalStorage } from '../../../shared/runtime/local-storage.ts'
import { parsePath } from '../../../shared/model/path.ts'
import type { FileId } from '../../../shared/model/ids.ts'
import { httpApp } from '../../support/http/http-app.ts'
import { expectProblem } from '../../support/http/problem.ts'

/** The user of a request without a token. */
const workspaceId = 'local'
const newDate = () => new Date()

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-busy-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

/** The HTTP functions over a directory with one file. */
async function open(database: DatabaseOptions = {}) {
  const options = { directory, quotaBytes: 1_000_000, now: newDate, database }
  const storage = await openLocalStorage(options)
  const { catalog } = storage
  const reserve = (path: string) =>
    catalog.reserve({
      id: randomUUID() as FileId,
      workspaceId,
      path: parsePath(path),
      mimeType: 'text/plain',
      maxBytes: 10,
      storagePath: 'local://local/some/place',
      metadata: {},
      origin: 'user-upload',
      expiresAt: new Date(Date.now() + 60_000),
      onConflict: 'fail',
    })
  const { id } = await reserve('/a')
  const limits = { maxFileBytes: 1000, uploadExpirySeconds: 3600, trashRetentionDays: 30 }
  const ports = { ...storage, now: newDate, newId: () => randomUUID() as FileId, limits }
  const { app } = httpApp((routes) => {
    routes.route('/', listRoutes(ports)).route('/', updateRoutes(ports))
  })
  return {
    reserve,
    list: () => app.request('http://localhost/api/workspace/files'),
    change: async () =>
      app.request(`http://localhost/api/workspace/files/${id}`, {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ metadata: { changed: true } }),
      }),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  }
}

/** Opens another connection that holds the write lock until `release`. */
function holdLock() {
  const connection = new DatabaseSync(join(directory, 'coffer.sqlite'))
  connection.exec('BEGIN IMMEDIATE')
  const release = () => connection.close()
  return { release }
}

function watch(promise: Promise<unknown>): { isSettled: boolean } {
  const watched = { isSettled: false }
  const settle = () => void (watched.isSettled = true)
  promise.then(settle, settle)
  return watched
}

describe('Database while another program holds the write lock', () => {
  test('sets no busy timeout, so SQLite never blocks the thread', async () => {
    await using database = await Database.open(directory)
    expect(database.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 0 })
  })

  test('answers reads, and makes a change when the other program releases the lock', async () => {
    await using opened = await open()
    const { release } = holdLock()
    const changing = opened.change()
    const watched = watch(changing)
    for (let i = 0; i < 20; i += 1) expect((await opened.list()).status).toBe(200)
    expect(watched.isSettled).toBe(false)
    release()
    const answer = await changing
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ metadata: { changed: true } })
  })

  test('answers 503 with Retry-After to a change that waits too long', async () => {
    await using opened = await open({ maxWaitMs: 50 })
    const { release } = holdLock()
    const changes = await Promise.all([opened.change(), opened.change()])
    for (const answer of changes) {
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      await expectProblem(answer, 503, 'store-unavailable')
    }
    release()
    expect((await opened.change()).status).toBe(200)
  })

  test('makes waiting changes in the order of their requests', async () => {
    await using opened = await open()
    const { release } = holdLock()
    const paths = Array.from({ length: 20 }, (_, i) => `/waiting/${i}`)
    const reserving = paths.map((path) => opened.reserve(path))
    await setImmediate()
    release()
    const sequences = (await Promise.all(reserving)).map(({ sequence }) => sequence)
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
  })

  test('opens without blocking the thread, and throws store-unavailable after maxWaitMs', async () => {
    await (await open())[Symbol.asyncDispose]()
    const { release } = holdLock()
    await expect(Database.open(directory, { maxWaitMs: 20 })).rejects.toMatchObject({
      code: 'store-unavailable',
    })
    const opening = Database.open(directory)
    const watched = watch(opening)
    for (let i = 0; i < 20; i += 1) await setImmediate()
    expect(watched.isSettled).toBe(false)
    release()
    await (await opening)[Symbol.asyncDispose]()
  })
})
