import { GoogleAuth, PassThroughClient } from 'google-auth-library'
import { describe, expect, test } from 'vitest'
import { parsePath } from '../../shared/workspace/path.ts'
import { codeOf, newId, user, type World } from './catalog-world.ts'
import { firestoreWorld, isOfficial, newProject, useFirestore } from './firestore-world.ts'

const { emulator } = useFirestore()

const lost = { code: 'UNAVAILABLE', applied: true } as const
const live = { liveBytes: 10, liveCount: 1, reservedBytes: 0, trashBytes: 0 }

describe.skipIf(isOfficial)('a commit that succeeded although the client saw an error', () => {
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

  test('settles once, and answers as the one that settled', async () => {
    await using world = await firestoreWorld(newProject(), { quotaBytes: 50 })
    const old = await world.upload('/a', { maxBytes: 40 })
    const large = await world.upload('/a', { maxBytes: 45, overwrite: true })
    const file = await world.reserve('/a', { overwrite: true })
    world.advance(1)
    emulator().faults.plan('commit', lost)
    const result = await world.settle(file)
    expect(result).toMatchObject({ settled: true, file: { state: 'ready' } })
    expect(result.purged.map(({ id }) => id)).toEqual([old.id])
    expect(await world.counters()).toEqual({ ...live, trashBytes: 45 })
    expect(await world.get(large)).toMatchObject({ supersededBy: file.id })
  })

  test('settles once where the record is removed', async () => {
    await using world = await firestoreWorld(newProject())
    const file = await world.reserve('/a')
    emulator().faults.plan('commit', lost)
    const result = await world.settle(file, { sizeBytes: 11 })
    expect(result).toEqual({ file: undefined, settled: true, refusal: 'too-large', purged: [] })
    expect((await world.counters()).reservedBytes).toBe(0)
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

  test('a second reserve of an id is a fault nevertheless', async () => {
    await using world = await firestoreWorld(newProject())
    const id = newId()
    await world.reserve('/a', { id })
    expect(await codeOf(world.reserve('/a', { id, overwrite: true }))).toBe('6')
  })
})

describe.skipIf(isOfficial)('an operator is told what to run', () => {
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

describe('many writers', () => {
  test('50 parallel uploads of five processes are all stored, and counted exactly', async () => {
    const projectId = newProject()
    await using worlds = new AsyncDisposableStack()
    const writers: World[] = []
    for (let i = 0; i < 5; i++) writers.push(worlds.use(await firestoreWorld(projectId)))
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => writers[i % 5]?.upload(`/${i}`, { maxBytes: 2 })),
    )
    expect(await writers[0]?.counters()).toEqual({
      liveBytes: 100,
      liveCount: 50,
      reservedBytes: 0,
      trashBytes: 0,
    })
  })

  test.skipIf(isOfficial)(
    'a trash that one transaction cannot make room in is emptied in several',
    async () => {
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
      expect(removal?.purged.map(({ id }) => id)).toEqual(small.slice(0, 101))
      expect(await world.counters()).toMatchObject({ liveCount: 0, trashBytes: 103 })
      expect(emulator().database(projectId).largestCommit).toBe(101)
    },
  )

  test('REST does what gRPC does, and listeners beside it', async () => {
    const auth = new GoogleAuth({ authClient: new PassThroughClient() })
    await using world = await firestoreWorld(newProject(), { preferRest: true, settings: { auth } })
    const file = await world.reserve('/a', { metadata: { ключ: [[1.5, null]] } })
    const waiting = world.catalog.awaitSettled(user, file.id, AbortSignal.timeout(9000))
    await world.settle(file)
    await waiting
    expect(await codeOf(world.reserve('/a'))).toBe('path-taken')
    const { files, total } = await world.list({ nameContains: 'A', total: true })
    expect([files[0]?.metadata, total]).toEqual([{ ключ: [[1.5, null]] }, 1])
  })
})
