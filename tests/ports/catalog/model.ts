import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OnConflict } from '../../../shared/model/conflict/on-conflict.ts'
import { WorkspaceError } from '../../../shared/model/errors.ts'
import type { FileRecord } from '../../../shared/model/file.ts'
import { parsePath } from '../../../shared/model/path.ts'
import type { FileId } from '../../../shared/model/ids.ts'
import { listedFiles, replayedFiles } from '../../support/replayed-trail.ts'
import { eventsOf } from '../events/trail.ts'
import { clean, infected, unscannable, user, type Begin, type World } from './world.ts'
import { randomRuns } from './random-runs.ts'

/** Less than two of the larger files, so that steps reach the quota and the trash overflows. */
const quotaBytes = 40
const recordLimits = { maxRecords: 6, maxOpenUploads: 3, maxMetadataBytes: 60 }

interface Step {
  /** The description of the step in a counterexample. */
  words: string
  run: (world: World, ids: FileId[]) => Promise<unknown>
}

const path = fc.constantFrom('/a', '/b', '/sessions/s/c')
/** The index of the file, counted from the last reservation. Most steps use the newest file. */
const back = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 2 }) }, fc.nat({ max: 12 }))
/** Percentage of the reserved bytes. More than 100 % is rejected. */
const percent = fc.constantFrom(0, 50, 100, 100, 100, 100, 150)

const onConflict = fc.constantFrom<OnConflict>('fail', 'replace', 'rename')

const reserve = fc
  .record({
    path,
    maxBytes: fc.nat({ max: 40 }),
    onConflict,
    metadata: fc.constantFrom({}, { n: 'ü' }, { n: 'a longer text of metadata' }),
    mustReplace: fc.option(fc.constant('*' as const), { freq: 5, nil: undefined }),
  })
  .map(({ path, mustReplace, ...rest }): Step => ({
    words: `reserve ${path} ${JSON.stringify({ mustReplace, ...rest })}`,
    run: async (world, ids) => {
      const pending = await world.reserve(path, { ...rest, ...(mustReplace && { mustReplace }) })
      ids.unshift(pending.id)
    },
  }))

const settle = fc
  .tuple(back, percent, fc.constantFrom(clean, clean, clean, infected))
  .map(([index, percent, scan]): Step => ({
    words: `settle ${index} as ${scan.verdict} with ${percent} %`,
    run: async (world, ids) => {
      const pending = await fileAt(world, ids, index)
      const sizeBytes = Math.ceil(((pending?.sizeBytes ?? 0) * percent) / 100)
      if (pending) await world.settle(pending, { sizeBytes, scan })
    },
  }))

const change = fc
  .tuple(back, fc.constantFrom('remove', 'remove', 'purge', 'expire'))
  .map(([index, method]): Step => ({
    words: `${method} ${index}`,
    run: async (world, ids) => {
      const file = await fileAt(world, ids, index)
      if (file) await world.catalog[method](user, file.id)
    },
  }))

const bringBack = back.map((index): Step => ({
  words: `restoreVersion ${index}`,
  run: async (world, ids) => {
    const file = await fileAt(world, ids, index)
    if (file) await world.catalog.restoreVersion(user, file.id, file.path)
  },
}))

const applyRescan = fc
  .tuple(back, fc.constantFrom(clean, unscannable, infected), fc.constantFrom('2', '3'))
  .map(([index, scan, day]): Step => ({
    words: `rescan ${index}: ${scan.verdict}`,
    run: async (world, ids) => {
      const file = await fileAt(world, ids, index)
      if (file?.state !== 'ready') return
      const signaturesAt = `2026-01-0${day}T00:00:00.000Z`
      const later = { generation: file.generation, scan: { ...scan, signaturesAt } }
      await world.catalog.applyRescan(user, file.id, later)
    },
  }))

const move = fc
  .tuple(back, path, onConflict, fc.constantFrom('update', 'restore'))
  .map(([index, to, onConflict, method]): Step => ({
    words: `${method} ${index} to ${to}, ${onConflict}`,
    run: async (world, ids) => {
      const file = await fileAt(world, ids, index)
      if (file) await world.catalog[method](user, file.id, { path: parsePath(to), onConflict })
      await world.catalog.trimTrash(user)
    },
  }))

const describeAgain = fc
  .tuple(back, fc.constantFrom({}, { n: '1' }, { n: 'thirty bytes of metadata, or so' }))
  .map(([index, metadata]): Step => ({
    words: `set metadata of ${index}: ${JSON.stringify(metadata)}`,
    run: async (world, ids) => {
      const file = await fileAt(world, ids, index)
      if (file) await world.catalog.update(user, file.id, { metadata })
    },
  }))

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: reserve },
    { weight: 4, arbitrary: settle },
    { weight: 2, arbitrary: change },
    { weight: 2, arbitrary: move },
    { weight: 1, arbitrary: bringBack },
    { weight: 1, arbitrary: applyRescan },
    { weight: 1, arbitrary: describeAgain },
  ),
  { minLength: 40, maxLength: 60, size: 'max' },
)

async function fileAt(world: World, ids: FileId[], index: number): Promise<FileRecord | undefined> {
  const id = ids[index]
  return id && world.catalog.get(user, id)
}

export function describeModel(begin: Begin): void {
  describe('random sequences of operations', () => {
    test('keep the counters exact, one owner per path, the quota, and a trail that tells the files', async () => {
      const property = fc.asyncProperty(steps, async (steps) => {
        await using world = await begin(quotaBytes, recordLimits)
        const ids: FileId[] = []
        for (const { run } of steps) {
          world.advance(1)
          await run(world, ids).catch(rethrowFault)
          await expectTruth(world)
        }
      })
      await expect(fc.assert(property, randomRuns())).resolves.toBeUndefined()
    })
  })
}

function rethrowFault(error: unknown): void {
  if (!(error instanceof WorkspaceError)) throw error
}

async function expectTruth(world: World): Promise<void> {
  const { files: live } = await world.list()
  const { files: trash } = await world.list({ deleted: true })
  const owners = live.filter((file) => file.state === 'ready')
  const reserved = live.flatMap((file) => (file.state === 'pending' ? [file.reservation] : []))
  expect(replayedFiles(await eventsOf(world))).toEqual(listedFiles([...live, ...trash]))
  const counters = await world.counters()
  expect(counters).toEqual({
    liveBytes: sum(owners.map((file) => file.sizeBytes)),
    liveCount: owners.length,
    reservedBytes: sum(reserved.map((reservation) => reservation.reservedBytes)),
    trashBytes: sum(trash.map((file) => (file.state === 'ready' ? file.sizeBytes : 0))),
  })
  const metadataBytes = (files: FileRecord[]) =>
    sum(
      files.map(({ metadata }) =>
        metadata['n'] ? Buffer.byteLength(JSON.stringify(metadata)) : 0,
      ),
    )
  const records = await world.recordCounters()
  expect(records).toEqual({
    recordCount: live.length + trash.length,
    trashCount: trash.length,
    openUploads: reserved.length,
    metadataBytes: metadataBytes(live) + metadataBytes(trash),
    trashMetadataBytes: metadataBytes(trash),
  })
  expect(live.length).toBeLessThanOrEqual(recordLimits.maxRecords)
  expect(reserved.length).toBeLessThanOrEqual(recordLimits.maxOpenUploads)
  expect(metadataBytes(live)).toBeLessThanOrEqual(recordLimits.maxMetadataBytes)
  expect(new Set(owners.map((file) => file.path)).size).toBe(owners.length)
  expect(counters.liveBytes + counters.reservedBytes).toBeLessThanOrEqual(quotaBytes)
  expect(counters.trashBytes).toBeLessThanOrEqual(quotaBytes)
  for (const owner of owners) expect(await world.ownerOf(owner.path)).toBe(owner.id)
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
