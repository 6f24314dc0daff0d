import { setTimeout as delay } from 'node:timers/promises'
import { Firestore } from '@google-cloud/firestore'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { encodeWorkspaceId } from '../../../shared/model/storage-path.ts'
import { codeOf, user } from '../../ports/catalog/world.ts'
import { firestoreWorld, newProject, useOwnFirestore } from './world.ts'

const { emulator } = useOwnFirestore()

const parallel = Array.from({ length: 50 }, (_, i) => i)

/** Counts the commits of a project that write the document of the workspace. */
function countWorkspaceWrites(projectId: string): () => number {
  const database = emulator().database(projectId)
  const name = `projects/${projectId}/databases/(default)/documents/workspaces/${encodeWorkspaceId(user)}`
  const versions = new Set<string>()
  const stop = database.listen(() => {
    const { seconds, nanos } = database.peekAt(name)?.updateTime ?? {}
    versions.add(`${seconds}.${nanos}`)
  })
  onTestFinished(() => stop())
  return () => versions.size
}

describe('the changes of one workspace that wait for a commit', () => {
  test('share the next one: 50 uploads cost two writes of their workspace, as in docs/cost.md', async () => {
    const projectId = newProject()
    await using world = await firestoreWorld(projectId)
    const writes = countWorkspaceWrites(projectId)
    const reserved = await Promise.all(parallel.map((i) => world.reserve(`/${i}`)))
    const found = await Promise.all(reserved.map((file) => world.get(file)))
    await Promise.all(found.map(async (file) => file && world.settle(file)))
    expect(writes()).toBe(2)
    const { bill } = emulator().database(projectId)
    // The workspace, the claims of each path, and each file; the workspace again. Two chunks of the trail.
    expect(bill).toEqual({ reads: 1 + 50 + 50 + 1, writes: 2 * (1 + 50 + 50) + 2, deletes: 0 })
    expect(await world.counters()).toMatchObject({ liveBytes: 500, liveCount: 50 })
  })

  test('share the next one: 50 uploads at any time write their workspace less often than a file each', async () => {
    const projectId = newProject()
    await using world = await firestoreWorld(projectId)
    const writes = countWorkspaceWrites(projectId)
    await Promise.all(parallel.map((i) => world.upload(`/${i}`)))
    expect(writes()).toBeLessThan(50)
  })

  test('read their documents in one request', async () => {
    await using world = await firestoreWorld(newProject())
    const { faults } = emulator()
    const around = vi.spyOn(faults, 'around')
    onTestFinished(() => around.mockRestore())
    await Promise.all(parallel.map((i) => world.reserve(`/${i}`)))
    const methods = around.mock.calls.map(([method]) => method)
    expect(methods).toEqual(['batchGetDocuments', 'commit'])
  })

  test('of two catalogs never exceed the quota, and fill it', async () => {
    const projectId = newProject()
    const quotaBytes = 200
    await using world = await firestoreWorld(projectId, { quotaBytes })
    await using other = await firestoreWorld(projectId, { quotaBytes })
    emulator().faults.latencyMs = 5
    onTestFinished(() => void (emulator().faults.latencyMs = 0))
    const writes = countWorkspaceWrites(projectId)
    const codes = await Promise.all(
      parallel.map((i) => codeOf((i % 2 ? world : other).upload(`/${i}`, { maxBytes: 7 }))),
    )
    expect(codes.filter((code) => code === 'none')).toHaveLength(28)
    expect(codes.filter((code) => code === 'quota-exceeded')).toHaveLength(22)
    expect(await world.counters()).toMatchObject({ liveBytes: 196, reservedBytes: 0 })
    const { kept, counted } = await world.catalog.recount(user, { repair: false })
    expect(kept).toEqual(counted)
    expect(writes()).toBeLessThan(28)
  })

  test('keep the claims of a path that two of them reserve', async () => {
    await using world = await firestoreWorld(newProject())
    const overwrite = { onConflict: 'replace' } as const
    const [first, second] = await Promise.all([
      world.reserve('/a', overwrite),
      world.reserve('/a', overwrite),
    ])
    const found = await world.catalog.get(user, first.id)
    if (found) await world.settle(found)
    await world.catalog.remove(user, first.id)
    expect(await codeOf(world.reserve('/a'))).toBe('path-taken')
    await world.catalog.remove(user, second.id)
    expect(await codeOf(world.reserve('/a'))).toBe('none')
  })

  test('are committed without the one that throws after its first write', async () => {
    const projectId = newProject()
    await using world = await firestoreWorld(projectId, { quotaBytes: 30 })
    const [file, ...rest] = [await world.upload('/a'), await world.upload('/b')]
    for (const { id } of rest) await world.catalog.remove(user, id)
    // Moving `/a` to the trash trims the trash, where it finds a record that it cannot decode.
    await world.drift(user, { trashBytes: 30 })
    const client = new Firestore({ projectId })
    const stored = client.doc(`workspaces/${encodeWorkspaceId(user)}/files/${rest[0]?.id}`)
    await stored.update({ 'record.state': 'unknown-state' })
    await client.terminate()
    const results = await Promise.allSettled([
      world.reserve('/c', { maxBytes: 1 }),
      world.catalog.remove(user, file.id),
      world.reserve('/d', { maxBytes: 1 }),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await world.get(file)).toEqual(file)
    expect(await world.counters()).toMatchObject({ liveBytes: 10, reservedBytes: 2 })
    expect(await world.reserve('/e', { maxBytes: 1 })).toMatchObject({ sequence: 5 })
  })

  test('are committed one at a time if Firestore refuses one of them', async () => {
    await using world = await firestoreWorld(newProject())
    const tooLong = { metadata: { text: 'x'.repeat(3_000_000) } }
    const codes = await Promise.all([
      codeOf(world.reserve('/a')),
      codeOf(world.reserve('/too-long', tooLong)),
      codeOf(world.reserve('/b')),
    ])
    expect(codes).toEqual(['none', '3', 'none'])
    expect(await world.listAll()).toEqual(['/a', '/b'])
    expect((await world.counters()).reservedBytes).toBe(20)
  })

  test('take effect once if the response of their commit is lost', async () => {
    await using world = await firestoreWorld(newProject(), { quotaBytes: 30 })
    const files = [await world.upload('/a'), await world.upload('/b')]
    emulator().faults.plan('commit', { code: 'UNAVAILABLE', applied: true })
    const [reserved, ...removed] = await Promise.all([
      world.reserve('/c'),
      ...files.map(({ id }) => world.catalog.remove(user, id)),
    ])
    expect(reserved.sequence).toBe(3)
    expect(removed.map((removal) => removal?.file.isDeleted)).toEqual([true, true])
    expect(await world.counters()).toEqual({
      liveBytes: 0,
      liveCount: 0,
      reservedBytes: 10,
      trashBytes: 20,
    })
  })

  test('are refused after half a minute in the queue', async () => {
    await using world = await firestoreWorld(newProject())
    emulator().faults.latencyMs = 20
    onTestFinished(() => void (emulator().faults.latencyMs = 0))
    const first = codeOf(world.reserve('/a'))
    await delay(5)
    const second = codeOf(world.reserve('/b'))
    const real = performance.now()
    const now = vi.spyOn(performance, 'now').mockImplementation(() => real + 31_000)
    onTestFinished(() => now.mockRestore())
    expect(await Promise.all([first, second])).toEqual(['none', 'store-unavailable'])
    expect(await world.listAll()).toEqual(['/a'])
  })
})
