import { describe, expect, test } from 'vitest'
import { FirestoreCatalog } from '../../../shared/adapters/firestore/catalog.ts'
import type { FileRecord } from '../../../shared/model/file.ts'
import { parsePath, parseSessionId } from '../../../shared/model/path.ts'
import { maxFilesPerStep } from '../../../shared/model/folders/operation.ts'
import { maxPurgedAtOnce } from '../../../shared/ports/catalog.ts'
import type { FullCatalog } from '../../../shared/ports/ports.ts'
import { clean, infected, newId, user, type World } from '../../ports/catalog/world.ts'
import { runOf } from '../../ports/runs/run.ts'
import { shareOf } from '../../ports/shares/share.ts'
import { firestoreWorld, newProject, useOwnFirestore } from './world.ts'

const { emulator } = useOwnFirestore()

const reads = [
  'awaitSettled',
  'check',
  'countPending',
  'get',
  'getByPath',
  'isKnown',
  'list',
  'listOutdated',
  'listPending',
  'listRejected',
  'listTrash',
  'listWorkspaces',
  'refusal',
  'sweepProgress',
  'usage',
] as const satisfies (keyof FullCatalog)[]

type Mutation = Exclude<keyof FullCatalog, (typeof reads)[number]>

interface Case {
  before?: (world: World) => Promise<FileRecord>
  run: (world: World, file: FileRecord) => Promise<unknown>
}

const session = parseSessionId('s')
const pending = (world: World) => world.reserve('/sessions/s/a')
const ready = (world: World) => world.upload('/sessions/s/a')
const deleted = async (world: World) => {
  const file = await ready(world)
  await world.catalog.remove(user, file.id)
  return file
}
/** A full trash, and a file that does not fit into it. */
const fullTrash = async (world: World) => {
  for (const path of ['/1', '/2']) {
    const { id } = await world.upload(path, { maxBytes: 400 })
    await world.catalog.remove(user, id)
  }
  return world.upload('/sessions/s/a', { maxBytes: 500 })
}
/** Counters with which `trimTrash` purges more than one batch. */
const overfullTrash = async (world: World) => {
  const file = await ready(world)
  for (let i = 0; i < maxPurgedAtOnce + 5; i++) {
    const { id } = await world.upload(`/${i}`, { maxBytes: 1 })
    await world.catalog.remove(user, id)
  }
  await world.drift(user, { trashBytes: 2000 })
  return file
}

const operationId = newId()
const startMove = (world: World, id: string) =>
  world.folders.start({
    id,
    workspaceId: user,
    expiresAt: world.now,
    kind: 'move',
    folder: '/sessions/s/',
    to: '/b/',
  })

const shareId = '0'.repeat(64)
const begun = async (world: World) => {
  await world.runs.begin(runOf(world))
  return ready(world)
}
const createShare = (world: World) => world.shares.create(shareOf(world, shareId))
const shared = async (world: World) => {
  await createShare(world)
  return ready(world)
}

/** Every operation that changes the catalog. The type requires an entry for each. */
const mutations: Record<Mutation | 'folders' | 'runs' | 'shares', Record<string, Case>> = {
  reserve: {
    'a path': { run: (world) => world.reserve('/b') },
    'an overwrite': {
      before: ready,
      run: (world) => world.reserve('/sessions/s/a', { onConflict: 'replace' }),
    },
  },
  settle: {
    clean: { before: pending, run: (world, file) => world.settle(file) },
    'clean after get': {
      before: async (world) => {
        const file = await pending(world)
        return (await world.get(file)) ?? file
      },
      run: (world, file) => world.settle(file),
    },
    infected: { before: pending, run: (world, file) => world.settle(file, { scan: infected }) },
    refused: { before: pending, run: (world, file) => world.settle(file, { sizeBytes: 11 }) },
    'with purged files': {
      before: async (world) => {
        await fullTrash(world)
        return world.reserve('/sessions/s/a', { maxBytes: 510, onConflict: 'replace' })
      },
      run: (world, file) => world.settle(file),
    },
  },
  noteProgress: {
    'of a pending file': {
      before: pending,
      run: ({ catalog }, { id }) => catalog.noteProgress(user, id, 4),
    },
  },
  applyRescan: Object.fromEntries(
    [clean, infected].map((scan) => [
      scan.verdict,
      {
        before: ready,
        run: ({ catalog }: World, { id }: FileRecord) => {
          const later = { ...scan, signaturesAt: '2026-01-02T00:00:00.000Z' }
          return catalog.applyRescan(user, id, { generation: '1', scan: later })
        },
      },
    ]),
  ),
  update: {
    metadata: {
      before: ready,
      run: ({ catalog }, { id }) => catalog.update(user, id, { metadata: { a: 1 } }),
    },
    path: {
      before: ready,
      run: ({ catalog }, { id }) => catalog.update(user, id, { path: parsePath('/b') }),
    },
  },
  remove: {
    'a ready file': { before: ready, run: ({ catalog }, { id }) => catalog.remove(user, id) },
    'a pending file': { before: pending, run: ({ catalog }, { id }) => catalog.remove(user, id) },
    'with purged files': {
      before: fullTrash,
      run: ({ catalog }, { id }) => catalog.remove(user, id),
    },
  },
  removeSession: {
    'into the trash': {
      before: ready,
      run: ({ catalog }) => catalog.removeSession(user, session, { purge: false }),
    },
    'with forgotten files': {
      before: ready,
      run: ({ catalog }) => catalog.removeSession(user, session, { purge: true }),
    },
  },
  restore: {
    'to another path': {
      before: deleted,
      run: ({ catalog }, { id }) => catalog.restore(user, id, { path: parsePath('/b') }),
    },
  },
  restoreVersion: {
    'in the place of the owner': {
      before: async (world) => {
        const file = await ready(world)
        await world.upload('/sessions/s/a', { onConflict: 'replace' })
        return file
      },
      run: ({ catalog }, { id, path }) => catalog.restoreVersion(user, id, path),
    },
  },
  purge: {
    'a ready file': { before: ready, run: ({ catalog }, { id }) => catalog.purge(user, id) },
    'a deleted file': { before: deleted, run: ({ catalog }, { id }) => catalog.purge(user, id) },
  },
  expire: {
    'a pending file': {
      before: async (world) => {
        const file = await pending(world)
        world.advance(61_000)
        return file
      },
      run: ({ catalog }, { id }) => catalog.expire(user, id),
    },
  },
  setQuota: { 'of a workspace': { run: ({ catalog }) => catalog.setQuota(user, 5) } },
  recount: {
    'that corrects counters': {
      before: async (world) => {
        const file = await ready(world)
        await world.drift(user, { liveBytes: 5 })
        return file
      },
      run: ({ catalog }) => catalog.recount(user, { repair: true }),
    },
  },
  trimTrash: {
    'of more than one batch': {
      before: overfullTrash,
      run: ({ catalog }) => catalog.trimTrash(user),
    },
  },
  markMissing: {
    'of a ready file': {
      before: ready,
      run: ({ catalog, now }, { id }) =>
        catalog.markMissing(user, id, { generation: '1', since: now }),
    },
  },
  folders: {
    'that are moved': {
      before: ready,
      run: (world) => startMove(world, newId()),
    },
    'that are moved in a second step': {
      before: async (world) => {
        const file = await ready(world)
        for (let i = 0; i < maxFilesPerStep; i += 1) {
          await world.upload(`/sessions/s/${i}`, { maxBytes: 1 })
        }
        await startMove(world, operationId)
        return file
      },
      run: (world) => world.folders.advance(user, operationId),
    },
    'that are deleted and restored': {
      before: ready,
      run: async (world) => {
        const target = { kind: 'delete', folder: '/sessions/s/' } as const
        const common = { workspaceId: user, expiresAt: world.now }
        await world.folders.start({ id: newId(), ...common, ...target })
        return world.folders.start({ id: newId(), ...common, ...target, kind: 'restore' })
      },
    },
  },
  shares: {
    'that are created': { run: createShare },
    'that are revoked': {
      before: shared,
      run: (world) => world.shares.revoke({ workspaceId: user, id: shareId }),
    },
    'whose downloads are counted': {
      before: shared,
      run: (world) => world.shares.countDownloads(shareId, { count: 2, at: world.now }),
    },
  },
  runs: {
    'that begin': { run: (world) => world.runs.begin(runOf(world)) },
    'that emit an output': {
      before: begun,
      run: (world) => world.runs.append(runOf(world), { name: 'text', value: 'a' }, 1),
    },
    'that end': {
      before: begun,
      run: (world) => world.runs.end(runOf(world), { state: 'cancelled', cost: 0, error: null }),
    },
  },
  saveSweepProgress: { '': { run: ({ catalog }) => catalog.saveSweepProgress('{}') } },
}

const cases = Object.entries(mutations).flatMap(([name, each]) =>
  Object.entries(each).map(([kind, one]) => [`${name} ${kind}`.trim(), one] as const),
)

describe('a commit whose response is lost', () => {
  test('is tested with every method of the catalog that writes', () => {
    const methods = [
      'folders',
      'runs',
      'shares',
      ...Object.getOwnPropertyNames(FirestoreCatalog.prototype),
    ]
    const named = [...reads, ...Object.keys(mutations), 'constructor']
    expect(methods.toSorted()).toEqual(named.toSorted())
  })

  test.each(cases)(
    'changes nothing about %s',
    async (_, one) => {
      const undisturbed = await outcome(one)
      for (const code of ['UNAVAILABLE', 'ABORTED', 'DEADLINE_EXCEEDED'] as const) {
        const lost = await outcome(one, () =>
          emulator().faults.plan('commit', { code, applied: true }),
        )
        expect(lost).toEqual(undisturbed)
      }
    },
    300_000,
  )
})

/** The result of an operation, the stored state after it with ids numbered by appearance, and the number of writes. */
async function outcome({ before, run }: Case, fault?: () => void) {
  const projectId = newProject()
  await using world = await firestoreWorld(projectId)
  const file = before ? await before(world) : await world.reserve('/unconcerned')
  const { bill } = emulator().database(projectId)
  const { writes, deletes } = bill
  fault?.()
  const answer = await run(world, file)
  const written = { writes: bill.writes - writes, deletes: bill.deletes - deletes }
  const left = {
    live: await world.list(),
    trash: await world.list({ deleted: true }),
    usage: await world.catalog.usage(user),
    shares: await world.shares.list({ workspaceId: user, limit: 10 }),
    run: await world.runs.get(runOf(world)),
    progress: await world.catalog.sweepProgress(),
  }
  const ids = new Map<string, string>()
  const number = (id: string) => ids.get(id) ?? ids.set(id, `id-${ids.size}`).get(id)
  const text = JSON.stringify({ answer: answer ?? null, written, left })
  const anonymous = text
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, (id) => number(id) ?? id)
    .replaceAll(/[\da-f]{64}/g, 'checksum')
  return JSON.parse(anonymous) as object
}
