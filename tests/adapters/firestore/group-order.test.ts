import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SqliteCatalog } from '../../../shared/adapters/sqlite/catalog.ts'
import { Database } from '../../../shared/adapters/sqlite/database/database.ts'
import type { FileRecord } from '../../../shared/model/file.ts'
import type { FileId } from '../../../shared/model/ids.ts'
import { parsePath, parseSessionId } from '../../../shared/model/path.ts'
import { randomRuns } from '../../ports/catalog/random-runs.ts'
import {
  checksumOf,
  clean,
  infected,
  newId,
  user,
  World,
  type OpenCatalog,
} from '../../ports/catalog/world.ts'
import { openFirestore, useOwnFirestore } from './world.ts'

const { emulator } = useOwnFirestore()

/** Less than two of the larger files, so that changes reach the quota and the trash overflows. */
const quotaBytes = 40
const recordLimits = { maxRecords: 8, maxOpenUploads: 4, maxMetadataBytes: 60 }

/** A change, and the files that it names: their ids, and their records before its batch. */
interface Change {
  words: string
  isNew?: boolean
  run: (world: World, ids: FileId[], files: Map<FileId, FileRecord>) => Promise<unknown>
}

const path = fc.constantFrom('/a', '/b', '/sessions/s/c')
const session = parseSessionId('s')
/** The index of the file, counted from the last reservation. */
const back = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 2 }) }, fc.nat({ max: 9 }))

const reserve = fc
  .record({
    path,
    maxBytes: fc.nat({ max: 30 }),
    onConflict: fc.constantFrom(
      'fail' as const,
      'replace' as const,
      'replace' as const,
      'rename' as const,
    ),
    metadata: fc.constantFrom({}, { n: 'ü' }, { n: 'a longer text of metadata' }),
  })
  .map(({ path, ...rest }): Change => ({
    words: `reserve ${path} ${JSON.stringify(rest)}`,
    isNew: true,
    run: (world, ids) => world.reserve(path, { ...rest, id: ids[0] as FileId }),
  }))

const settle = fc
  .tuple(back, fc.nat({ max: 30 }), fc.constantFrom(clean, clean, clean, infected), fc.boolean())
  .map(([index, sizeBytes, scan, isKnown]): Change => ({
    words: `settle ${index} as ${scan.verdict} with ${sizeBytes} bytes${isKnown ? ', known' : ''}`,
    run: (world, ids, files) => {
      const id = ids[index] as FileId
      const key = (isKnown && files.get(id)) || { workspaceId: user, id }
      const content = { checksum: checksumOf(id), mimeType: 'text/plain', generation: '1' }
      return world.catalog.settle(key, { ...content, sizeBytes, scan })
    },
  }))

const onFile = (words: string, run: (world: World, id: FileId) => Promise<unknown>) =>
  back.map((index): Change => ({
    words: `${words} ${index}`,
    run: (world, ids) => run(world, ids[index] as FileId),
  }))
const onWorkspace = (words: string, run: (world: World) => Promise<unknown>) =>
  fc.constant<Change>({ words, run })

const changes = fc.oneof(
  { weight: 6, arbitrary: reserve },
  { weight: 6, arbitrary: settle },
  { weight: 3, arbitrary: onFile('remove', ({ catalog }, id) => catalog.remove(user, id)) },
  onFile('restore', ({ catalog }, id) => catalog.restore(user, id)),
  onFile('restore version', ({ catalog }, id) => catalog.restoreVersion(user, id, parsePath('/a'))),
  onFile('purge', ({ catalog }, id) => catalog.purge(user, id)),
  onFile('expire', ({ catalog }, id) => catalog.expire(user, id)),
  onFile('note progress of', ({ catalog }, id) => catalog.noteProgress(user, id, 3)),
  onFile('move', ({ catalog }, id) => catalog.update(user, id, { path: parsePath('/moved') })),
  onFile('replace by', ({ catalog }, id) =>
    catalog.update(user, id, { path: parsePath('/b'), onConflict: 'replace' }),
  ),
  onFile('describe', ({ catalog }, id) => catalog.update(user, id, { metadata: { n: '1' } })),
  onWorkspace('remove session', ({ catalog }) =>
    catalog.removeSession(user, session, { purge: false }),
  ),
  onWorkspace('purge session', ({ catalog }) =>
    catalog.removeSession(user, session, { purge: true }),
  ),
  onWorkspace('trim trash', ({ catalog }) => catalog.trimTrash(user)),
  onWorkspace('set quota', ({ catalog }) => catalog.setQuota(user, 50)),
  onWorkspace('reset quota', ({ catalog }) => catalog.setQuota(user, null)),
)

const batches = fc.array(
  fc.record({
    changes: fc.array(changes, { minLength: 1, maxLength: 12 }),
    fault: fc.constantFrom(
      undefined,
      undefined,
      { code: 'UNAVAILABLE', applied: true } as const,
      { code: 'UNAVAILABLE' } as const,
      { code: 'FAILED_PRECONDITION' } as const,
    ),
  }),
  { minLength: 6, maxLength: 10, size: 'max' },
)

test('concurrent changes of one workspace have the results of the same changes one after another', async () => {
  const property = fc.asyncProperty(batches, async (batches) => {
    await using grouped = await World.open(openFirestore, quotaBytes, recordLimits)
    await using reference = await World.open(openSqlite, quotaBytes, recordLimits)
    const ids = Array.from({ length: 10 }, newId)
    for (const { changes, fault } of batches) {
      const calls = changes.map(({ isNew, run }) => {
        if (isNew) ids.unshift(newId())
        const named = ids.slice(0, 10)
        return { run, named }
      })
      for (const world of [grouped, reference]) world.advance(1)
      const files = await recordsOf(grouped, ids.slice(0, 12))
      if (fault) emulator().faults.plan('commit', fault)
      const results = await Promise.all(
        calls.map(({ run, named }) => resultOf(run(grouped, named, files))),
      )
      emulator().faults.clear()
      const expected = []
      for (const { run, named } of calls) {
        expected.push(await resultOf(run(reference, named, new Map())))
      }
      expect(results).toEqual(expected)
      expect(await contentsOf(grouped)).toEqual(await contentsOf(reference))
    }
    const { kept, counted } = await grouped.catalog.recount(user, { repair: false })
    expect(kept).toEqual(counted)
  })
  await expect(fc.assert(property, randomRuns({ weight: 3 }))).resolves.toBeUndefined()
})

async function openSqlite(options: Parameters<OpenCatalog>[0]) {
  const database = await Database.open(':memory:')
  const catalog = new SqliteCatalog({ database, ...options })
  return { catalog, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
}

async function recordsOf(world: World, ids: FileId[]): Promise<Map<FileId, FileRecord>> {
  const files = await Promise.all(ids.map((id) => world.catalog.get(user, id)))
  return new Map(files.flatMap((file) => (file ? [[file.id, file]] : [])))
}

async function resultOf(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

async function contentsOf(world: World): Promise<object> {
  const { files: live } = await world.list()
  const { files: trash } = await world.list({ deleted: true })
  return { live, trash, usage: await world.catalog.usage(user) }
}
