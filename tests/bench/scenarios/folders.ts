import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { FirestoreCatalog } from '../../../shared/adapters/firestore/catalog.ts'
import { SqliteCatalog } from '../../../shared/adapters/sqlite/catalog.ts'
import { Database } from '../../../shared/adapters/sqlite/database/database.ts'
import { parsePath } from '../../../shared/model/path.ts'
import { startFirestoreEmulator } from '../../emulators/firestore/start.ts'
import { newId, user, World, type OpenCatalog } from '../../ports/catalog/world.ts'
import type { Plan } from '../bench.ts'
import { atMost, compare, milliseconds, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

/** More than the files need. */
const quotaBytes = 1e9
/** Storing the files has compiled the code. */
const noWarmUp = { warmUp: 0 }
/** Measured for folders of 500 and 5,000 files, with the bill of the stand-in and `--cpu-prof`. */
const standIn =
  'reads and writes of each file are equal (3.0 and 2.1 of a move, 2.0 and 1.1 of a deletion); the stand-in searches all documents for each query, and each event of the operation adds a document'

/** Changes that run at once while the files are stored. */
const parallel = 50

type Target =
  | { kind: 'move'; folder: string; to: string }
  | { kind: 'delete'; folder: string }
  | { kind: 'restore'; undoes: string }

/** Moves and deletes folders of different sizes in the catalogs of both stacks. No bytes are involved. */
export async function foldersScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using emulator = await startFirestoreEmulator()
  const stacks: Record<string, OpenCatalog> = {
    SQLite: async (options) => {
      const database = await Database.open(join(scratch, 'folders'))
      const catalog = new SqliteCatalog({ database, ...options })
      return { catalog, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
    },
    Firestore: async (options) => {
      const projectId = `coffer-${randomUUID()}`
      const catalog = new FirestoreCatalog({ emulatorHost: emulator.host, projectId, ...options })
      return { catalog, [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose]() }
    },
  }
  const rows: Row[] = []
  for (const [stack, open] of Object.entries(stacks)) {
    await using world = await World.open(open, quotaBytes)
    rows.push(...(await rowsOf(stack, world, plan)))
  }
  return rows
}

async function rowsOf(stack: string, world: World, plan: Plan): Promise<Row[]> {
  const [few, many] = plan.folderFiles
  await fill(world, '/few/', few)
  await fill(world, '/many/', many)
  const moves = await takeTurns(
    plan.folderRounds,
    {
      few: () => secondsToMove(world, '/few/', few),
      many: () => secondsToMove(world, '/many/', many),
      // The cost of the same change without operations on folders.
      single: () => secondsToUpdate(world, '/few/', few),
    },
    noWarmUp,
  )
  const deletions = await takeTurns(
    plan.folderRounds,
    {
      few: () => secondsToDelete(world, '/few/', few),
      many: () => secondsToDelete(world, '/many/', many),
    },
    noWarmUp,
  )
  const format = milliseconds
  const target = atMost(1.2)
  const row = (what: string, candidate: number[], baseline: number[]) =>
    compare({
      what: `${stack}: ${what}`,
      candidate,
      baseline,
      format,
      target,
      ...(stack === 'Firestore' && { heldBack: standIn }),
    })
  return [
    row(`move, each file: of ${many} files / of ${few}`, moves.many, moves.few),
    row(`move, each file: of ${few} files / one by one`, moves.few, moves.single),
    row(`delete, each file: of ${many} files / of ${few}`, deletions.many, deletions.few),
  ]
}

async function fill(world: World, folder: string, count: number): Promise<void> {
  for (let stored = 0; stored < count; stored += parallel) {
    const group = Array.from({ length: Math.min(parallel, count - stored) }, (_, at) => stored + at)
    await Promise.all(group.map((number) => world.upload(`${folder}${number}`, { maxBytes: 1 })))
  }
}

/** The seconds of each file, for a move there and back. */
async function secondsToMove(world: World, folder: string, files: number): Promise<number> {
  const begun = performance.now()
  await finish(world, { kind: 'move', folder, to: '/moved/' })
  await finish(world, { kind: 'move', folder: '/moved/', to: folder })
  return secondsSince(begun) / (2 * files)
}

async function secondsToUpdate(world: World, folder: string, files: number): Promise<number> {
  const { files: listed } = await world.list({ prefix: folder, limit: files })
  const begun = performance.now()
  for (const { id, path } of listed) {
    await world.catalog.update(user, id, { path: parsePath(`/single${path}`) })
  }
  const seconds = secondsSince(begun) / files
  await finish(world, { kind: 'move', folder: `/single${folder}`, to: folder })
  return seconds
}

/** The seconds of each file. Restores the files afterwards. */
async function secondsToDelete(world: World, folder: string, files: number): Promise<number> {
  const begun = performance.now()
  const id = await finish(world, { kind: 'delete', folder })
  const seconds = secondsSince(begun) / files
  await finish(world, { kind: 'restore', undoes: id })
  return seconds
}

/** Takes all steps of an operation. Returns its id. */
async function finish(world: World, target: Target): Promise<string> {
  const id = newId()
  const expiresAt = new Date(world.now.getTime() + 86_400_000)
  let step = await world.folders.start({ id, workspaceId: user, expiresAt, ...target })
  while (step.operation.state === 'running') {
    const next = await world.folders.advance(user, id)
    if (!next) throw new Error('The operation is unknown')
    step = next
  }
  if (step.operation.refusedCount > 0) throw new Error('The operation refused files')
  return id
}

const secondsSince = (begun: number) => (performance.now() - begun) / 1000
