import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Database } from '../../../shared/adapters/sqlite/database/database.ts'
import { migrations } from '../../../shared/adapters/sqlite/database/migrations.ts'
import { SqliteCatalog } from '../../../shared/adapters/sqlite/catalog.ts'
import { codeOf, user, World } from '../../ports/catalog/world.ts'

const writer = fileURLToPath(new URL('writer.ts', import.meta.url))

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-database-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

/** A world with a new connection to the database in the directory. */
async function connect(quotaBytes?: number): Promise<World> {
  return World.open(async (options) => {
    const database = await Database.open(directory)
    return {
      catalog: new SqliteCatalog({ database, ...options }),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  }, quotaBytes)
}

function write(name: string, rounds: number) {
  return spawn(execPath, [writer, directory, name, String(rounds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function linesOf(child: ReturnType<typeof write>): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) lines.push(line)
  return lines
}

const pathOf = (i: number) => `/${i % 110 === 0 ? 'b' : 'a'}/${i}`

describe('Database', () => {
  test('keeps files, counters and sequences when it is reopened', async () => {
    const world = await connect()
    const file = await world.upload('/a')
    const pending = await world.reserve('/b', { metadata: { kept: 'ключ' } })
    const counters = await world.counters()
    await world[Symbol.asyncDispose]()
    await using again = await connect()
    expect(await again.get(file)).toEqual(file)
    expect(await again.get(pending)).toEqual(pending)
    expect(await again.counters()).toEqual(counters)
    expect((await again.reserve('/c')).sequence).toBeGreaterThan(pending.sequence)
  })

  test('runs each migration once when several connections open a new file', async () => {
    const databases = await Promise.all(Array.from({ length: 5 }, () => Database.open(directory)))
    const versions = databases.map((database) => database.prepare('PRAGMA user_version').get())
    for (const database of databases) await database[Symbol.asyncDispose]()
    expect(versions).toEqual(databases.map(() => ({ user_version: migrations.length })))
  })

  test('rejects a file with a newer schema version', async () => {
    const database = await Database.open(directory)
    database.prepare('PRAGMA user_version = 999').run()
    await database[Symbol.asyncDispose]()
    await expect(Database.open(directory)).rejects.toThrow('start a newer Coffer')
  })

  test('uses a write-ahead log without syncs on commit and without automatic checkpoints', async () => {
    await using database = await Database.open(directory)
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 1 })
    expect(database.prepare('PRAGMA wal_autocheckpoint').get()).toEqual({ wal_autocheckpoint: 0 })
    expect(database.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 })
  })

  test('rolls back a transaction that throws', async () => {
    await using database = await Database.open(directory)
    const insert = database.prepare('INSERT INTO workspaces (id) VALUES (?)')
    const fault = new Error('half way')
    const work = () => {
      insert.run('half')
      throw fault
    }
    await expect(database.write(work)).rejects.toBe(fault)
    expect(database.prepare('SELECT count(*) AS n FROM workspaces').get()).toEqual({ n: 0 })
    await database.write(() => insert.run('whole'))
    expect(database.prepare('SELECT count(*) AS n FROM workspaces').get()).toEqual({ n: 1 })
  })

  test('shows changes of one connection to another immediately', async () => {
    await using first = await connect()
    await using second = await connect()
    const pending = await first.reserve('/a')
    expect(await second.get(pending)).toEqual(pending)
    expect(await codeOf(second.reserve('/a'))).toBe('path-taken')
    const waiting = first.catalog.awaitSettled(user, pending.id, new AbortController().signal)
    for (let i = 0; i < 100; i++) {
      await second.upload('/meanwhile', { onConflict: 'replace', maxBytes: 1 })
      await setImmediate()
    }
    await second.settle(pending)
    await waiting
    expect(await first.ownerOf('/a')).toBe(pending.id)
  })

  test('wakes callers of awaitSettled in the same process without polling', async () => {
    await using world = await connect()
    const pending = await world.reserve('/a')
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      const waiting = world.catalog.awaitSettled(user, pending.id, new AbortController().signal)
      await world.settle(pending)
      await waiting
    } finally {
      vi.useRealTimers()
    }
    expect(await world.ownerOf('/a')).toBe(pending.id)
  })

  test('gives each path to exactly one of several processes that create it concurrently', async () => {
    const rounds = 40
    const names = ['p1', 'p2', 'p3']
    const lines = await Promise.all(names.map((name) => linesOf(write(name, rounds))))
    const paths = lines.flat()
    expect(new Set(paths).size).toBe(paths.length)
    expect(paths).toHaveLength(rounds + names.length * rounds)
    await using world = await connect()
    const size = 10 * paths.length
    expect(await world.counters()).toMatchObject({ liveBytes: size, liveCount: paths.length })
  })

  test('keeps all accepted files after kill -9', async () => {
    const child = write('p1', 100_000)
    const paths: string[] = []
    for await (const path of createInterface({ input: child.stdout })) {
      if (paths.push(path) === 100) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect(child.signalCode).toBe('SIGKILL')
    await using world = await connect()
    for (const path of paths) expect(await world.ownerOf(path)).toBeDefined()
    const { files } = await world.list({ limit: 100_000, state: 'ready' })
    expect(await world.counters()).toMatchObject({ liveCount: files.length })
  })

  test('lists a prefix in order of creation when it has too many files to sort', async () => {
    await using world = await connect(100_000)
    const numbers = Array.from({ length: 1100 }, (_, i) => i)
    for (const i of numbers) await world.upload(pathOf(i), { maxBytes: 1 })
    const expected = numbers.map(pathOf).filter((path) => path.startsWith('/a/'))
    const query = { sort: 'created', limit: 400 } as const
    expect(await world.listAll({ ...query, prefix: '/a/' })).toEqual(expected)
    expect(await world.listAll({ ...query, prefix: '/b/' })).toHaveLength(10)
    expect((await world.list({ ...query, prefix: '/a/', total: true })).total?.files).toBe(1090)
  })
})
