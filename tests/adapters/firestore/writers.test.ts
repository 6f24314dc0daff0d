import { Firestore } from '@google-cloud/firestore'
import { describe, expect, test } from 'vitest'
import { codeOf, user, type World } from '../../ports/catalog/world.ts'
import { encodeWorkspaceId } from '../../../shared/model/storage-path.ts'
import { firestoreWorld, newProject, useFirestore } from './world.ts'

useFirestore()

describe('concurrent writers', () => {
  test('store and count 50 uploads of five clients exactly', async () => {
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

  test('leave one owner and exact counters after 20 overwrites of one path by five clients', async () => {
    const projectId = newProject()
    await using worlds = new AsyncDisposableStack()
    const writers: World[] = []
    for (let i = 0; i < 5; i++) writers.push(worlds.use(await firestoreWorld(projectId)))
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const writer = writers[i % 5]
        const file = await writer?.reserve('/a', { maxBytes: 2, onConflict: 'replace' })
        if (file) await writer?.settle(file)
      }),
    )
    expect(await writers[0]?.counters()).toEqual({
      liveBytes: 2,
      liveCount: 1,
      reservedBytes: 0,
      trashBytes: 38,
    })
  })
})

describe('FirestoreCatalog', () => {
  test('keeps nested metadata, and listens over gRPC to changes over REST', async () => {
    await using world = await firestoreWorld(newProject())
    const file = await world.reserve('/a', { metadata: { ключ: [[1.5, null]] } })
    const waiting = world.catalog.awaitSettled(user, file.id, AbortSignal.timeout(9000))
    await world.settle(file)
    await waiting
    expect(await codeOf(world.reserve('/a'))).toBe('path-taken')
    const { files, total } = await world.list({ nameContains: 'A', total: true })
    expect([files[0]?.metadata, total?.files]).toEqual([{ ключ: [[1.5, null]] }, 1])
  })

  test('awaitSettled rejects a record that a newer version wrote, and the process continues', async () => {
    const projectId = newProject()
    await using world = await firestoreWorld(projectId)
    const { id } = await world.reserve('/a')
    const waiting = world.catalog.awaitSettled(user, id, AbortSignal.timeout(9000))
    const client = new Firestore({ projectId })
    const path = `workspaces/${encodeWorkspaceId(user)}/files/${id}`
    await client.doc(path).update({ 'record.state': 'unknown-state' })
    await expect(waiting).rejects.toThrow('Invalid')
    await client.terminate()
  })
})
