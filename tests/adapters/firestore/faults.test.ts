import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { FirestoreCatalog } from '../../../shared/adapters/firestore/catalog.ts'
import { parsePath } from '../../../shared/model/path.ts'
import { maxPurgedAtOnce } from '../../../shared/ports/catalog.ts'
import { codeOf, newId, user } from '../../ports/catalog/world.ts'
import { firestoreWorld, newProject, openFirestore, useOwnFirestore } from './world.ts'

const { emulator } = useOwnFirestore()

const lost = { code: 'UNAVAILABLE', applied: true } as const
const live = { liveBytes: 10, liveCount: 1, reservedBytes: 0, trashBytes: 0 }

describe('FirestoreCatalog, when a commit succeeds but the client gets an error', () => {
  test.each(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'INTERNAL', 'ABORTED'] as const)(
    'reserves once (%s)',
    async (code) => {
      await using world = await firestoreWorld(newProject())
      emulator().faults.plan('commit', { code, applied: true })
      const file = await world.reserve('/a')
      expect(await world.get(file)).toEqual(file)
      expect((await world.counters()).reservedBytes).toBe(10)
      expect(file.sequence).toBe(1)
    },
  )

  test('settles once, and returns the result of the commit', async () => {
    await using world = await firestoreWorld(newProject(), { quotaBytes: 50 })
    const old = await world.upload('/a', { maxBytes: 40 })
    const large = await world.upload('/a', { maxBytes: 45, onConflict: 'replace' })
    const file = await world.reserve('/a', { onConflict: 'replace' })
    world.advance(1)
    emulator().faults.plan('commit', lost)
    const result = await world.settle(file)
    expect(result).toMatchObject({ settled: true, file: { state: 'ready' } })
    expect(result.purged.map(({ id }) => id)).toEqual([old.id])
    expect(await world.counters()).toEqual({ ...live, trashBytes: 45 })
    expect(await world.get(large)).toMatchObject({ supersededBy: file.id })
  })

  test('settles once when the verdict removes the record', async () => {
    await using world = await firestoreWorld(newProject())
    const file = await world.reserve('/a')
    emulator().faults.plan('commit', lost)
    const result = await world.settle(file, { sizeBytes: 11 })
    expect(result).toEqual({ file: undefined, settled: true, refusal: 'too-large', purged: [] })
    expect((await world.counters()).reservedBytes).toBe(0)
  })

  test('returns the record to one of two concurrent purges', async () => {
    const projectId = newProject()
    await using world = await firestoreWorld(projectId)
    await using other = await firestoreWorld(projectId)
    for (let round = 0; round < 10; round += 1) {
      const { id } = await world.upload(`/${round}`)
      const purged = await Promise.all([world, other].map(({ catalog }) => catalog.purge(user, id)))
      expect(purged.filter((file) => file !== undefined)).toHaveLength(1)
    }
  })

  test('repairs counters once', async () => {
    await using world = await firestoreWorld(newProject())
    await world.upload('/a')
    await world.drift(user, { liveBytes: 5 })
    emulator().faults.plan('commit', lost)
    await world.catalog.recount(user, { repair: true })
    expect(await world.counters()).toEqual(live)
  })

  test('removes, restores, moves and purges once', async () => {
    await using world = await firestoreWorld(newProject())
    const file = await world.upload('/a')
    const { catalog } = world
    emulator().faults.plan('commit', lost)
    expect((await catalog.remove(user, file.id))?.file.isDeleted).toBe(true)
    expect(await world.counters()).toMatchObject({ liveCount: 0, trashBytes: 10 })
    emulator().faults.plan('commit', lost)
    expect((await catalog.restore(user, file.id))?.isDeleted).toBe(false)
    expect(await world.counters()).toEqual(live)
    emulator().faults.plan('commit', lost)
    const path = parsePath('/b')
    expect((await catalog.update(user, file.id, { path }))?.path).toBe('/b')
    emulator().faults.plan('commit', lost)
    expect((await catalog.purge(user, file.id))?.id).toBe(file.id)
    expect(await world.counters()).toMatchObject({ liveCount: 0, trashBytes: 0 })
  })

  test('still rejects a second reserve of an id', async () => {
    await using world = await firestoreWorld(newProject())
    const id = newId()
    await world.reserve('/a', { id })
    expect(await codeOf(world.reserve('/a', { id, onConflict: 'replace' }))).toBe('6')
  })
})

test.each(['FAILED_PRECONDITION', 'ALREADY_EXISTS', 'NOT_FOUND'] as const)(
  'a change throws store-unavailable after half a minute of conflicts (%s)',
  async (code) => {
    await using world = await firestoreWorld(newProject())
    emulator().faults.plan('commit', { code })
    let time = 0
    const now = vi.spyOn(performance, 'now').mockImplementation(() => (time += 30_001))
    const reserving = codeOf(world.reserve('/a'))
    expect(await reserving.finally(() => now.mockRestore())).toBe('store-unavailable')
  },
)

describe('a read throws store-unavailable after half a minute', () => {
  const reads: [string, (catalog: FirestoreCatalog) => Promise<unknown>][] = [
    ['get', (catalog) => catalog.get(user, newId())],
    ['getByPath', (catalog) => catalog.getByPath(user, parsePath('/a'))],
    ['usage', (catalog) => catalog.usage(user)],
    ['countPending', (catalog) => catalog.countPending()],
  ]
  const options = { projectId: newProject(), quotaBytes: 1, now: () => new Date() }

  test.each(reads)('of refused connections: %s', async (_, read) => {
    await using catalog = new FirestoreCatalog({ ...options, emulatorHost: '127.0.0.1:1' })
    makeTimePass()
    expect(await codeOf(read(catalog))).toBe('store-unavailable')
  })

  test.each(reads)('of overload: %s', async (_, read) => {
    await using opened = await openFirestore(options)
    const fault = { code: 'UNAVAILABLE', times: 5 } as const
    const methods = ['batchGetDocuments', 'runQuery', 'runAggregationQuery'] as const
    for (const method of methods) emulator().faults.plan(method, fault)
    onTestFinished(() => emulator().faults.clear())
    makeTimePass()
    expect(await codeOf(read(opened.catalog))).toBe('store-unavailable')
  })
})

describe('the error of FirestoreCatalog names the command to run', () => {
  test.each([
    [
      'runQuery',
      'FAILED_PRECONDITION',
      'The query requires an index.',
      'firebase deploy --only firestore:indexes',
    ],
    [
      'runQuery',
      'NOT_FOUND',
      'The database (default) does not exist',
      'gcloud firestore databases create',
    ],
    [
      'runQuery',
      'PERMISSION_DENIED',
      'Cloud Firestore API has not been used in project x',
      'gcloud services enable firestore.googleapis.com',
    ],
    [
      'runQuery',
      'PERMISSION_DENIED',
      'Missing or insufficient permissions.',
      'roles/datastore.user',
    ],
  ] as const)('when %s meets %s: %s', async (method, code, message, advice) => {
    await using world = await firestoreWorld(newProject())
    emulator().faults.plan(method, { code, message })
    await expect(world.list()).rejects.toThrow(advice)
  })
})

describe('a full trash', () => {
  test('is trimmed by several transactions when one is not enough', async () => {
    const projectId = newProject()
    await using world = await firestoreWorld(projectId, { quotaBytes: 103 })
    const small = []
    for (let i = 0; i < 103; i++) {
      const file = await world.upload(`/${i}`, { maxBytes: 1 })
      await world.catalog.remove(user, file.id)
      small.push(file.id)
    }
    const large = await world.upload('/large', { maxBytes: 101 })
    const removal = await world.catalog.remove(user, large.id)
    expect(removal?.purged.map(({ id }) => id)).toEqual(small.slice(0, maxPurgedAtOnce))
    const more = await world.catalog.trimTrash(user)
    expect(more.map(({ id }) => id)).toEqual(small.slice(maxPurgedAtOnce, 101))
    expect(await world.counters()).toMatchObject({ liveCount: 0, trashBytes: 103 })
    // The large file, the owner of its path, the document of the workspace, and chunks of 32 events.
    const others = 3 + Math.floor(maxPurgedAtOnce / 32)
    expect(emulator().database(projectId).largestCommit).toBe(maxPurgedAtOnce + others)
  })
})

describe('a recount', () => {
  test('throws and repairs nothing if the listing is incomplete', async () => {
    await using world = await drifted()
    emulator().faults.maxDocuments = 0
    const recount = world.catalog.recount(user, { repair: true })
    await expect(recount).rejects.toThrow('has 3 files, but 0 were listed')
    emulator().faults.maxDocuments = Infinity
    expect((await world.counters()).liveBytes).toBe(35)
  })

  test('continues after a page with fewer documents than its limit', async () => {
    await using world = await drifted()
    emulator().faults.maxDocuments = 1
    const recount = await world.catalog.recount(user, { repair: true })
    emulator().faults.maxDocuments = Infinity
    expect(recount.counted.liveBytes).toBe(30)
    expect((await world.counters()).liveBytes).toBe(30)
  })

  test('reads one snapshot while changes are committed between its pages', async () => {
    await using world = await drifted()
    const { faults } = emulator()
    faults.maxDocuments = 1
    faults.latencyMs = 10
    const recounting = world.catalog.recount(user, { repair: true })
    for (const path of ['/d', '/e', '/f']) await world.upload(path)
    const { kept, counted } = await recounting
    faults.maxDocuments = Infinity
    faults.latencyMs = 0
    expect(kept.liveBytes - counted.liveBytes).toBe(5)
    expect(await world.counters()).toMatchObject({ liveBytes: 60, liveCount: 6 })
  })

  test('throws and repairs nothing if its query fails', async () => {
    await using world = await drifted()
    emulator().faults.plan('runQuery', { code: 'PERMISSION_DENIED' })
    const recount = world.catalog.recount(user, { repair: true })
    await expect(recount).rejects.toThrow('roles/datastore.user')
    expect((await world.counters()).liveBytes).toBe(35)
  })
})

/** A workspace of three files with wrong counters. */
async function drifted() {
  const world = await firestoreWorld(newProject())
  for (const path of ['/a', '/b', '/c']) await world.upload(path)
  await world.drift(user, { liveBytes: 5 })
  return world
}

/** Makes the clock of retries advance by 20 s at each look. */
function makeTimePass(): void {
  let time = 0
  const now = vi.spyOn(performance, 'now').mockImplementation(() => (time += 20_000))
  onTestFinished(() => now.mockRestore())
}
