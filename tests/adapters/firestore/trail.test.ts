import { env } from 'node:process'
import { Firestore } from '@google-cloud/firestore'
import { expect, test } from 'vitest'
import { codeOf, user } from '../../ports/catalog/world.ts'
import { firestoreWorld, newProject, useFirestore } from './world.ts'

useFirestore()

test('awaitPage wakes for an event of another process', async () => {
  const projectId = newProject()
  await using one = await firestoreWorld(projectId)
  await using other = await firestoreWorld(projectId)
  const page = one.trail.awaitPage(user, { after: 0, limit: 5 }, AbortSignal.timeout(10_000))
  await other.reserve('/a')
  expect(await page).toMatchObject({ events: [{ type: 'created', path: '/a' }], latest: 1 })
})

test('events whose chunk is deleted, or reused for later ones, have expired', async () => {
  const projectId = newProject()
  await using world = await firestoreWorld(projectId, { quotaBytes: 1000 })
  for (let i = 0; i < 60; i += 1) await world.upload(`/${i}`, { maxBytes: 0 })
  const firestore = new Firestore({
    projectId,
    host: env['FIRESTORE_EMULATOR_HOST'] ?? '',
    ssl: false,
  })
  const chunks = firestore.collection('workspaces').doc(user).collection('trail')
  const pageAfter = async (after: number) => world.trail.page(user, { after, limit: 100 })
  expect((await chunks.get()).docs.map(({ id }) => id)).toEqual(['0', '1', '2'])
  await chunks.doc('1').delete()
  const page = await pageAfter(0)
  expect([page.events.length, page.latest]).toEqual([32, 120])
  expect(await codeOf(pageAfter(32))).toBe('events-expired')
  expect((await pageAfter(64)).events.length).toBe(56)
  await chunks.doc('0').update({ first: 100_033 })
  expect(await codeOf(pageAfter(0))).toBe('events-expired')
  await firestore.terminate()
})
