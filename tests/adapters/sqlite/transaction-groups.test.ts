import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test, vi } from 'vitest'
import { Database } from '../../../shared/adapters/sqlite/database/database.ts'

afterEach(() => vi.restoreAllMocks())

/** Makes a statement fail, like a full or broken disk. */
function failOn(failing: string) {
  return vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (
    this: DatabaseSync,
    sql,
  ) {
    if (sql === failing) throw new Error('disk I/O error')
    this.prepare(sql).run()
  })
}

/** An empty database, and what the changes of a test need. */
async function open() {
  const database = await Database.open(':memory:')
  const insert = (id: string) =>
    void database.prepare('INSERT INTO workspaces (id) VALUES (?)').run(id)
  const ids = () =>
    database
      .prepare('SELECT id FROM workspaces ORDER BY rowid')
      .all()
      .map(({ id }) => id)
  return { database, insert, ids, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
}

test('changes that arrive together share transactions, in the order of the calls', async () => {
  await using opened = await open()
  const { database, insert, ids } = opened
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec')
  const names = Array.from({ length: 64 }, (_, i) => String(i))
  await Promise.all(names.map((name) => database.commit(() => insert(name))))
  const commits = exec.mock.calls.filter(([sql]) => sql === 'COMMIT').length
  expect(commits).toBeLessThan(32)
  expect(ids()).toEqual(names)
})

test('a change that throws undoes only itself', async () => {
  await using opened = await open()
  const { database, insert, ids } = opened
  const fail = () => {
    insert('failing')
    throw new Error('refused')
  }
  const change = (work: () => void) => database.commit(work)
  const results = await Promise.allSettled([
    change(() => insert('first')),
    change(fail),
    change(() => insert('last')),
  ])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(results[1]).toMatchObject({ reason: { message: 'refused' } })
  expect(ids()).toEqual(['first', 'last'])
})

test('a failed commit rejects and undoes every change of its transaction', async () => {
  await using opened = await open()
  const { database, insert, ids } = opened
  const failing = failOn('COMMIT')
  const change = (id: string) => database.commit(() => insert(id))
  const results = await Promise.allSettled([change('a'), change('b')])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(ids()).toEqual([])
  failing.mockRestore()
  await change('c')
  expect(ids()).toEqual(['c'])
})

test('a transaction that cannot begin rejects its changes at once', { timeout: 5000 }, async () => {
  await using opened = await open()
  const { database, insert, ids } = opened
  const failing = failOn('BEGIN IMMEDIATE')
  const change = (id: string) => database.commit(() => insert(id))
  const results = await Promise.allSettled([change('a'), change('b')])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  failing.mockRestore()
  await change('c')
  expect(ids()).toEqual(['c'])
})
