import { readFile } from 'node:fs/promises'
import { describe, expect, test, vi } from 'vitest'
import type { Bill } from '../../emulators/firestore/database.ts'
import type { SweepPorts } from '../../../shared/workspace/sweep/phase.ts'
import { sweepOnSchedule } from '../../../shared/workspace/sweep/schedule.ts'
import { firestoreWorld, newProject, useOwnFirestore } from './world.ts'
import { operations, type Operation } from './operations.ts'

const { emulator } = useOwnFirestore()

const limits = { maxFileBytes: 1, uploadExpirySeconds: 1, trashRetentionDays: 30 }

/** Dollars for 100,000 documents in `nam5`, as in docs/cost.md. */
const prices: Bill = { reads: 0.06, writes: 0.18, deletes: 0.02 }

function billed(projectId: string): Bill {
  return { ...emulator().database(projectId).bill }
}

async function billOf({ before, run }: Operation): Promise<Bill> {
  const projectId = newProject()
  await using world = await firestoreWorld(projectId)
  const files = (await before?.(world)) ?? []
  const then = billed(projectId)
  const untilRead = (reads: number) =>
    vi.waitFor(() => expect(billed(projectId).reads - then.reads).toBe(reads), { timeout: 9000 })
  await run(world, files, untilRead)
  const now = billed(projectId)
  return {
    reads: now.reads - then.reads,
    writes: now.writes - then.writes,
    deletes: now.deletes - then.deletes,
  }
}

function rowOf(name: string, { reads, writes, deletes }: Bill): string {
  const dollars = (reads * prices.reads + writes * prices.writes + deletes * prices.deletes) / 100
  return `| ${name} | ${reads} | ${writes} | ${deletes} | ${dollars.toFixed(4)} |`
}

describe('the Firestore bill', () => {
  test('of an upload with waiting is at most 6 reads and 7 writes, and one more read for an overwrite', async () => {
    for (const [index, operation] of operations.slice(0, 2).entries()) {
      const { reads, writes, deletes } = await billOf(operation)
      // Reads the displaced file, because its metadata now counts as trash.
      expect(reads).toBeLessThanOrEqual(6 + index)
      expect(writes + deletes).toBeLessThanOrEqual(7)
    }
  })

  test.each(['`get`', '`getByPath`', '`usage`', '`refusal`', '`awaitSettled`, settled already'])(
    'of %s is one read',
    async (name) => {
      const operation = operations.find((one) => one.name === name)
      const bill = operation && (await billOf(operation))
      expect(bill).toEqual({ reads: 1, writes: 0, deletes: 0 })
    },
  )

  test.each([
    { sort: 'path' },
    { sort: 'created', descending: true },
    { sort: 'created', prefix: '/sessions/s/' },
    { state: 'ready' },
    { origin: 'user-upload', state: 'ready', sort: 'created' },
    { sessionId: 's', sort: 'created', state: 'ready' },
    { nameContains: 'f' },
    { nameContains: 'F-1', sort: 'created' },
  ] as object[])('a page of N files is at most N + 1 reads: %j', async (query) => {
    const projectId = newProject()
    await using world = await firestoreWorld(projectId)
    for (let i = 0; i < 5; i++) await world.upload(`/sessions/s/f-1${i}`)
    for (let i = 0; i < 5; i++) await world.upload(`/other/g${i}`, { origin: 'generated' })
    const before = billed(projectId).reads
    const { files } = await world.list({ limit: 3, ...query })
    expect(files).toHaveLength(3)
    expect(billed(projectId).reads - before).toBeLessThanOrEqual(4)
  })

  test('of a page of N folders is at most 2 N + 2 reads, independent of their size', async () => {
    const projectId = newProject()
    await using world = await firestoreWorld(projectId, { quotaBytes: 10_000 })
    for (let i = 0; i < 60; i++) await world.upload(`/${i % 6}/${i}`)
    for (const descending of [false, true]) {
      const before = billed(projectId).reads
      const page = await world.list({ limit: 4, prefix: '/', folders: true, descending })
      expect(page.folders).toHaveLength(4)
      expect(billed(projectId).reads - before).toBeLessThanOrEqual(10)
    }
  })

  test('of a scheduled sweep with nothing due is 7 reads', async () => {
    const projectId = newProject()
    await using world = await firestoreWorld(projectId)
    const blobs = { list: async () => ({ blobs: [] }), check: async () => 'none' }
    const { catalog, folders, trail } = world
    const ports = { catalog, folders, trail, blobs, now: () => world.now, limits }
    const options = { pendingAgeSeconds: 60, abandonedBefore: new Date(0) }
    await sweepOnSchedule(ports as unknown as SweepPorts, options)
    const before = billed(projectId)
    const report = await sweepOnSchedule(ports as unknown as SweepPorts, options)
    expect(report).toMatchObject({ complete: true, failures: [] })
    const { reads, writes } = billed(projectId)
    expect([reads - before.reads, writes - before.writes]).toEqual([7, 0])
  })

  test('of each operation equals docs/cost.md', async () => {
    const text = await readFile(new URL('../../../docs/cost.md', import.meta.url), 'utf8')
    const rows: string[] = []
    for (const operation of operations) rows.push(rowOf(operation.name, await billOf(operation)))
    const written = text
      .split('\n')
      .filter((line) => /^\|.*\d\.\d{4} \|$/.test(line))
      .map((line) => line.replaceAll(/ +\|/g, ' |').replaceAll(/\| +/g, '| '))
    expect(written).toEqual(rows)
  })
})
