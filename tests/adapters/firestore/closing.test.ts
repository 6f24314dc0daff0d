import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { user, type World } from '../../ports/catalog/world.ts'
import { firestoreWorld, newProject, useOwnFirestore } from './world.ts'

const { emulator } = useOwnFirestore()

const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => void process.off('unhandledRejection', note))

/** Operations with several calls, some of which start after the catalog begins to close. */
const operations: [string, (world: World) => Promise<unknown>][] = [
  ['a change', (world) => world.reserve('/b')],
  ['a list with a total', (world) => world.list({ total: true })],
  ['a recount', (world) => world.catalog.recount(user, { repair: true })],
]

test.each(operations)('closing the catalog waits for a running %s', async (_, run) => {
  const world = await firestoreWorld(newProject())
  await world.upload('/a')
  const { faults } = emulator()
  faults.latencyMs = 20
  const running = run(world)
  await delay(10)
  await world[Symbol.asyncDispose]()
  await expect(running).resolves.toBeDefined()
  faults.latencyMs = 0
  expect(unhandled).toEqual([])
})

test('closing the catalog aborts awaitSettled', async () => {
  const world = await firestoreWorld(newProject())
  const { id } = await world.reserve('/a')
  const waiting = world.catalog.awaitSettled(user, id, AbortSignal.timeout(20_000))
  const [ended] = await Promise.allSettled([waiting, world[Symbol.asyncDispose]()])
  expect(ended).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } })
  await delay(20)
  expect(unhandled).toEqual([])
})
