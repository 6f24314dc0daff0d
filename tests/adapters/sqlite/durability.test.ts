import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  Database,
  type DatabaseOptions,
} from '../../../shared/adapters/sqlite/database/database.ts'
import { SqliteSmallBlobs } from '../../../shared/adapters/sqlite/blobs/small-blobs.ts'
import { SqliteCatalog } from '../../../shared/adapters/sqlite/catalog.ts'
import { EventQueue } from '../../../shared/adapters/sqlite/events/event-queue.ts'
import { watchLogSyncs } from '../../support/log-syncs.ts'
import { newId, user, World } from '../../ports/catalog/world.ts'

let directory: string
let copies: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-durability-'))
  copies = await mkdtemp(join(tmpdir(), 'coffer-copies-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true })
  await rm(copies, { recursive: true })
})

async function connect(options: DatabaseOptions = {}) {
  const database = await Database.open(directory, options)
  const world = await World.open(
    async (catalog) => ({
      catalog: new SqliteCatalog({ database, ...catalog }),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }),
    1_000_000,
  )
  return { database, world, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

/**
 * Simulates power cuts. Copies the files when an `fdatasync` begins. When it ends, this copy is what a power cut would leave.
 * Stores with each answer the copy that is durable at that instant.
 */
async function simulatePowerCuts() {
  const answers: { text: string; copy: string | undefined }[] = []
  let count = 0
  let durable: string | undefined
  const syncs = await watchLogSyncs(() => {
    const copy = join(copies, String((count += 1)))
    execFileSync('cp', ['-r', directory, copy])
    return () => (durable = copy)
  })
  return {
    /** Records an answer as text that the durable files must contain. */
    answered: (text: string) => void answers.push({ text, copy: durable }),
    /** The answers that a power cut immediately after them would have undone. */
    lost: () =>
      answers
        .filter(({ text, copy }) => copy === undefined || !contains(copy, text))
        .map((a) => a.text),
    answers,
    [Symbol.dispose]: () => syncs[Symbol.dispose](),
  }
}

function contains(copy: string, text: string): boolean {
  const database = new DatabaseSync(join(copy, 'coffer.sqlite'))
  try {
    const sql = `SELECT 1 FROM files WHERE id || ' ' || state || ' ' || is_deleted = :text
      UNION SELECT 1 FROM events WHERE storage_path = :text
      UNION SELECT 1 FROM small_blobs WHERE storage_path || ' ' || size_bytes = :text`
    return database.prepare(sql).get({ text }) !== undefined
  } finally {
    database.close()
  }
}

/** How often this thread has blocked, for example to wait for a disk. */
function voluntarySwitches(): number {
  const status = readFileSync('/proc/thread-self/status', 'utf8')
  return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1])
}

async function logBytes(): Promise<number> {
  return (await stat(join(directory, 'coffer.sqlite-wal'))).size
}

describe('a power cut', () => {
  test('undoes no answered change when many run concurrently', async () => {
    await using opened = await connect()
    const { world } = opened
    using power = await simulatePowerCuts()
    const upload = async (i: number) => {
      const pending = await world.reserve(`/${i}`)
      power.answered(`${pending.id} pending 0`)
      await world.settle(pending)
      power.answered(`${pending.id} ready 0`)
      if (i % 2 === 0) return
      await world.catalog.remove(user, pending.id)
      power.answered(`${pending.id} ready 1`)
    }
    await Promise.all(Array.from({ length: 16 }, (_, i) => upload(i)))
    expect(power.answers).toHaveLength(40)
    expect(power.lost()).toEqual([])
  })

  test('undoes no change that a reader of the same or another connection has seen', async () => {
    await using writer = await connect()
    await using reader = await connect()
    const pending = await writer.world.reserve('/a')
    using power = await simulatePowerCuts()
    const awaited = async ({ world }: typeof writer) => {
      const waiting = world.catalog.awaitSettled(user, pending.id, new AbortController().signal)
      await waiting
      power.answered(`${pending.id} ready 0`)
    }
    const listed = async ({ world }: typeof writer) => {
      for (;;) {
        const { files } = await world.list({ state: 'ready' })
        if (files.length > 0) break
        // Reads without a sync resolve in microtasks, and changes begin after these.
        await setImmediate()
      }
      power.answered(`${pending.id} ready 0`)
    }
    const readers = [awaited(writer), awaited(reader), listed(writer), listed(reader)]
    await Promise.all([...readers, writer.world.settle(pending)])
    expect(power.lost()).toEqual([])
  })

  test('undoes no pushed event', async () => {
    await using opened = await connect()
    const queue = new EventQueue({ database: opened.database, now: () => new Date() })
    using power = await simulatePowerCuts()
    const push = async (i: number) => {
      const storagePath = `local://${user}/${i}/a`
      await queue.push({ storagePath, generation: '1' })
      power.answered(storagePath)
    }
    await Promise.all(Array.from({ length: 16 }, (_, i) => push(i)))
    expect(power.answers).toHaveLength(16)
    expect(power.lost()).toEqual([])
  })
})

test('a power cut undoes no stored small blob and not its event', async () => {
  await using opened = await connect()
  const { database } = opened
  const queue = new EventQueue({ database, now: () => new Date() })
  const small = new SqliteSmallBlobs({
    database,
    push: (event, alongside) => queue.push(event, alongside),
  })
  using power = await simulatePowerCuts()
  const insert = async () => {
    const storagePath = `local://${user}/${newId()}/a`
    await small.insert({ storagePath, generation: '1' }, Buffer.from('abc'), () => undefined)
    power.answered(`${storagePath} 3`)
    power.answered(storagePath)
  }
  await Promise.all(Array.from({ length: 16 }, insert))
  expect(power.answers).toHaveLength(32)
  expect(power.lost()).toEqual([])
})

describe('syncs of the write-ahead log', () => {
  test('are shared: 16 concurrent changes need 3 at most', async () => {
    await using opened = await connect()
    using syncs = await watchLogSyncs()
    await Promise.all(Array.from({ length: 16 }, (_, i) => opened.world.reserve(`/${i}`)))
    expect(syncs.begun).toBeLessThanOrEqual(3)
    expect(syncs.begun).toBeGreaterThan(0)
  })

  test('do not run for reads without changes', async () => {
    await using opened = await connect()
    const file = await opened.world.upload('/a')
    await opened.world.get(file)
    using syncs = await watchLogSyncs()
    for (let i = 0; i < 20; i += 1) {
      await opened.world.get(file)
      await opened.world.list({})
    }
    expect(syncs.begun).toBe(0)
  })

  test('of later changes do not delay a caller that waits for a verdict', async () => {
    await using opened = await connect()
    const { database, world } = opened
    const pending = await world.reserve('/a')
    const waiting = world.catalog.awaitSettled(user, pending.id, new AbortController().signal)
    const later = () => database.prepare('INSERT INTO workspaces (id) VALUES (?)').run('later')
    using syncs = await watchLogSyncs(() => {
      if (syncs.begun === 1) void database.commit(later)
      return undefined
    })
    const settling = world.settle(pending)
    expect(await waiting).toMatchObject({ state: 'ready' })
    await settling
    expect(syncs.begun).toBe(1)
  })

  test('never run on the calling thread', async () => {
    await using opened = await connect()
    const { database } = opened
    const rounds = 100
    let waits = 0
    for (let i = 0; i < rounds; i += 1) {
      let before = 0
      const insert = database.prepare('INSERT INTO workspaces (id) VALUES (?)')
      const work = () => {
        before = voluntarySwitches()
        insert.run(`workspace-${i}`)
      }
      await database.commit(work)
      waits += voluntarySwitches() - before
    }
    expect(waits).toBeLessThan(rounds / 10)
  })

  test('fail the changes that wait for them and all later ones until a restart', async () => {
    const opened = await connect()
    const { world } = opened
    let isBroken = false
    using _ = await watchLogSyncs(() => {
      if (isBroken) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' })
      return undefined
    })
    const kept = await world.upload('/kept')
    isBroken = true
    const refused = { message: expect.stringContaining('could not be synced') as string }
    const results = await Promise.allSettled([world.reserve('/a'), world.reserve('/b')])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    isBroken = false
    await expect(world.reserve('/c')).rejects.toMatchObject(refused)
    await expect(world.list({})).rejects.toMatchObject(refused)
    await expect(world.catalog.check()).rejects.toMatchObject(refused)
    await opened[Symbol.asyncDispose]()
    await using again = await connect()
    expect(await again.world.ownerOf('/kept')).toBe(kept.id)
    await again.world.upload('/c')
  })
})

describe('the write-ahead log', () => {
  test('stays below its limit under a constant load, and loses no change', async () => {
    const walBytes = 256 * 1024
    const opened = await connect({ walBytes })
    let largest = 0
    let uploads = 0
    const isCopied = async () => {
      await opened.world.upload(`/${(uploads += 1)}`, { maxBytes: 1 })
      const bytes = await logBytes()
      largest = Math.max(largest, bytes)
      return largest > walBytes && bytes <= walBytes
    }
    await expect.poll(isCopied, { interval: 0, timeout: 20_000 }).toBe(true)
    await opened[Symbol.asyncDispose]()
    await expect(logBytes()).rejects.toThrow('ENOENT')
    await using again = await connect()
    expect(await again.world.counters()).toMatchObject({ liveCount: uploads })
  })

  test('is checkpointed at the start when a program did not close the database', async () => {
    const first = await connect()
    const file = await first.world.upload('/a')
    const left = join(copies, 'left')
    execFileSync('cp', ['-r', directory, left])
    await first[Symbol.asyncDispose]()
    await using database = await Database.open(left)
    expect(database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()).toMatchObject({ log: 1 })
    const sql = 'SELECT id FROM files WHERE state = ?'
    expect(await database.read(() => database.prepare(sql).get('ready'))).toEqual({ id: file.id })
  })
})
