import type { OnConflict } from '../../../shared/model/conflict/on-conflict.ts'
import type { FileRecord, Scan } from '../../../shared/model/file.ts'
import { maxFilesPerStep } from '../../../shared/model/folders/operation.ts'
import { parsePath, parseSessionId } from '../../../shared/model/path.ts'
import { clean, codeOf, infected, newId, user, type World } from '../../ports/catalog/world.ts'
import { shareOf } from '../../ports/shares/share.ts'

/**
 * The workspace in which an operation is measured, the files that `before` created there, and a wait until the operation has
 * read a number of documents.
 */
type Step = (
  world: World,
  files: FileRecord[],
  untilRead: (reads: number) => Promise<void>,
) => Promise<unknown>

export interface Operation {
  name: string
  before?: (world: World) => Promise<FileRecord[]>
  run: Step
}

const path = parsePath('/a')
const other = parsePath('/other')
const session = parseSessionId('s')

const pendingFile = async (world: World) => [await world.reserve('/a')]
const readyFile = async (world: World) => [await world.upload('/a')]
const pendingOverwrite = async (world: World) => {
  const owner = await world.upload('/a')
  return [await world.reserve('/a', { onConflict: 'replace' }), owner]
}
const twoFiles = async (world: World) => [await world.upload('/a'), await world.upload(other)]
const tenOfOneName = async (world: World) => {
  const files = []
  for (let i = 0; i < 10; i++) files.push(await world.upload('/a', { onConflict: 'rename' }))
  return files
}
const deletedFile = async (world: World) => {
  const file = await world.upload('/a')
  await world.catalog.remove(user, file.id)
  return [file]
}
const replacedFile = async (world: World) => {
  const file = await world.upload('/a')
  return [file, await world.upload('/a', { maxBytes: 20, onConflict: 'replace' })]
}
const fullTrash = async (world: World) => {
  for (const [name, maxBytes] of [
    ['/1', 400],
    ['/2', 400],
  ] as const) {
    const file = await world.upload(name, { maxBytes })
    await world.catalog.remove(user, file.id)
  }
  return [await world.upload('/a', { maxBytes: 500 })]
}
const hundredFiles = async (world: World) => {
  const files = []
  for (let i = 0; i < 100; i++) files.push(await world.upload(`/${i}`, { maxBytes: 0 }))
  return files
}
const sessionFiles = async (world: World) => [
  await world.upload('/sessions/s/a'),
  await world.upload('/sessions/s/b'),
]
const sessionFolder = '/sessions/s/'
const operationId = newId()
const startOperation = (
  world: World,
  target:
    | { kind: 'move'; folder: string; to: string }
    | { kind: 'delete' | 'restore'; folder: string },
  id: string = newId(),
) => world.folders.start({ id, workspaceId: user, expiresAt: world.now, ...target })
const deletedFolder = async (world: World) => {
  const files = await sessionFiles(world)
  await startOperation(world, { kind: 'delete', folder: sessionFolder })
  return files
}
const runningMove = async (world: World) => {
  const numbers = Array.from({ length: maxFilesPerStep + 2 }, (_, i) => i)
  await Promise.all(numbers.map((i) => world.upload(`/sessions/s/${i}`, { maxBytes: 1 })))
  await startOperation(world, { kind: 'move', folder: sessionFolder, to: '/b/' }, operationId)
  return []
}
const shareId = '0'.repeat(64)
const createShare = (world: World, id = shareId) => world.shares.create(shareOf(world, id))
const tenShares = async (world: World) => {
  for (let i = 0; i < 10; i++) await createShare(world, `${i}`.repeat(64))
  return []
}
const tenFiles = async (world: World) => {
  const files = []
  for (let i = 0; i < 10; i++) files.push(await world.upload(`/folder-${i % 3}/report-${i}`))
  return files
}

const scan = async (world: World, file: FileRecord) => {
  const found = await world.get(file)
  if (found) await world.settle(found)
}
const upload = async (world: World, onConflict: OnConflict) =>
  scan(world, await world.reserve('/a', { onConflict }))
/** Settles the file after the listener has received it as pending, which costs more than a listener that comes later. */
const uploadAndWait =
  (onConflict: OnConflict): Step =>
  async (world, _, untilRead) => {
    const file = await world.reserve('/a', { onConflict })
    const waiting = world.catalog.awaitSettled(user, file.id, AbortSignal.timeout(9000))
    await untilRead(3)
    await scan(world, file)
    await waiting
  }
const applyRescan = async (
  world: World,
  { workspaceId, id, generation }: FileRecord,
  scan: Scan,
) => {
  const later = { ...scan, signaturesAt: '2026-01-02T00:00:00.000Z' }
  await world.catalog.applyRescan(workspaceId, id, { generation: generation ?? '', scan: later })
}
const onFile =
  (run: (world: World, file: FileRecord) => Promise<unknown>): Step =>
  async (world, [file]) => {
    if (file) await run(world, file)
  }

/** Every operation of the catalog, in each variant with a different cost. */
export const operations: Operation[] = [
  {
    name: 'upload to ready with waiting: `reserve`, `awaitSettled`, `get`, `settle`',
    run: uploadAndWait('fail'),
  },
  { name: 'overwrite to ready with waiting', before: readyFile, run: uploadAndWait('replace') },
  { name: 'upload to ready: `reserve`, `get`, `settle`', run: (world) => upload(world, 'fail') },
  {
    name: 'overwrite to ready: `reserve`, `get`, `settle`',
    before: readyFile,
    run: (world) => upload(world, 'replace'),
  },
  { name: '`reserve`', run: (world) => world.reserve('/a') },
  {
    name: '`reserve`, refused',
    before: readyFile,
    run: async (world) => codeOf(world.reserve('/a')),
  },
  {
    name: '`reserve`, renamed, one name taken',
    before: readyFile,
    run: (world) => world.reserve('/a', { onConflict: 'rename' }),
  },
  {
    name: '`reserve`, renamed, 10 names taken',
    before: tenOfOneName,
    run: (world) => world.reserve('/a', { onConflict: 'rename' }),
  },
  {
    name: '`settle`, clean',
    before: pendingFile,
    run: onFile((world, file) => world.settle(file)),
  },
  {
    name: '`settle`, clean, in the place of another file',
    before: pendingOverwrite,
    run: onFile((world, file) => world.settle(file)),
  },
  {
    name: '`settle`, infected',
    before: pendingFile,
    run: onFile((world, file) => world.settle(file, { scan: infected })),
  },
  {
    name: '`settle`, refused',
    before: pendingFile,
    run: onFile((world, file) => world.settle(file, { sizeBytes: 11 })),
  },
  {
    name: '`settle`, a second delivery',
    before: readyFile,
    run: onFile((world, file) => world.settle(file)),
  },
  {
    name: '`applyRescan`, clean or unscannable',
    before: readyFile,
    run: onFile((world, file) => applyRescan(world, file, clean)),
  },
  {
    name: '`applyRescan`, infected',
    before: readyFile,
    run: onFile((world, file) => applyRescan(world, file, infected)),
  },
  {
    name: '`applyRescan`, infected, in the trash',
    before: deletedFile,
    run: onFile((world, file) => applyRescan(world, file, infected)),
  },
  {
    name: '`listOutdated`, a page of 4 of 10 files',
    before: tenFiles,
    run: (world) => world.catalog.listOutdated({ signaturesBefore: world.now, limit: 4 }),
  },
  {
    name: '`listRejected`, none',
    before: tenFiles,
    run: (world) => world.catalog.listRejected({ before: world.now, limit: 4 }),
  },
  {
    name: '`removeSession`, 2 files',
    before: sessionFiles,
    run: (world) => world.catalog.removeSession(user, session, { purge: false }),
  },
  {
    name: '`noteProgress`',
    before: pendingFile,
    run: onFile((world, { id }) => world.catalog.noteProgress(user, id, 4)),
  },
  {
    name: '`awaitSettled`, settled already',
    before: readyFile,
    run: onFile((world, { id }) => world.catalog.awaitSettled(user, id, AbortSignal.timeout(9000))),
  },
  {
    name: '`refusal`',
    run: (world) => world.catalog.refusal(user, newId()),
  },
  {
    name: '`update`, metadata',
    before: readyFile,
    run: onFile((world, { id }) => world.catalog.update(user, id, { metadata: { a: 1 } })),
  },
  {
    name: '`update`, path',
    before: readyFile,
    run: onFile((world, { id }) => world.catalog.update(user, id, { path: other })),
  },
  {
    name: '`update`, path, in the place of another file',
    before: twoFiles,
    run: onFile((world, { id }) =>
      world.catalog.update(user, id, { path: other, onConflict: 'replace' }),
    ),
  },
  {
    name: '`remove`, ready',
    before: readyFile,
    run: onFile((world, { id }) => world.catalog.remove(user, id)),
  },
  {
    name: '`remove`, ready, and one file leaves the trash',
    before: fullTrash,
    run: onFile((world, { id }) => world.catalog.remove(user, id)),
  },
  {
    name: '`remove`, pending',
    before: pendingFile,
    run: onFile((world, { id }) => world.catalog.remove(user, id)),
  },
  {
    name: '`restore`',
    before: deletedFile,
    run: onFile((world, { id }) => world.catalog.restore(user, id)),
  },
  {
    name: '`restoreVersion`, in the place of another file',
    before: replacedFile,
    run: onFile((world, { id }) => world.catalog.restoreVersion(user, id, path)),
  },
  {
    name: '`purge`, from the trash',
    before: deletedFile,
    run: onFile((world, { id }) => world.catalog.purge(user, id)),
  },
  {
    name: '`get`',
    before: readyFile,
    run: onFile((world, file) => world.get(file)),
  },
  { name: '`getByPath`', before: readyFile, run: (world) => world.catalog.getByPath(user, path) },
  { name: '`usage`', run: (world) => world.catalog.usage(user) },
  {
    name: '`summarize` of 10 files in 3 folders',
    before: tenFiles,
    run: (world) => world.folders.summarize({ workspaceId: user, folder: '/', limit: 200 }),
  },
  {
    name: '`start` of a move of 2 files',
    before: sessionFiles,
    run: (world) => startOperation(world, { kind: 'move', folder: sessionFolder, to: '/b/' }),
  },
  {
    name: '`start` of a deletion of 2 files',
    before: sessionFiles,
    run: (world) => startOperation(world, { kind: 'delete', folder: sessionFolder }),
  },
  {
    name: '`start` of a restoration of 2 files',
    before: deletedFolder,
    run: (world) => startOperation(world, { kind: 'restore', folder: sessionFolder }),
  },
  {
    name: '`advance` of a move, 2 files',
    before: runningMove,
    run: (world) => world.folders.advance(user, operationId),
  },
  {
    name: '`listRunning`, none',
    run: (world) => world.folders.listRunning({ before: world.now, limit: 100 }),
  },
  {
    name: '`links.create`',
    run: (world) =>
      world.links.create({
        hash: 'hash',
        workspaceId: user,
        selection: { folder: '/' },
        expiresAt: world.now.toISOString(),
      }),
  },
  { name: '`links.get`', run: (world) => world.links.get('hash') },
  { name: '`shares.create`', run: (world) => createShare(world) },
  { name: '`shares.get`', before: tenShares, run: (world) => world.shares.get(shareId) },
  {
    name: '`shares.list`, a page of 4 of 10 shares',
    before: tenShares,
    run: (world) => world.shares.list({ workspaceId: user, limit: 4 }),
  },
  {
    name: '`shares.revoke`',
    before: tenShares,
    run: (world) => world.shares.revoke({ workspaceId: user, id: shareId }),
  },
  {
    name: '`shares.countDownloads`',
    before: tenShares,
    run: (world) => world.shares.countDownloads(shareId, { count: 3, at: world.now }),
  },
  {
    name: '`trail.latest`',
    run: (world) => world.trail.latest(user),
  },
  {
    name: '`trail.page`, none newer',
    before: twoFiles,
    run: (world) => world.trail.page(user, { after: 4, limit: 200 }),
  },
  {
    name: '`trail.page` of the latest 20 events',
    before: tenFiles,
    run: (world) => world.trail.page(user, { after: 0, limit: 200 }),
  },
  {
    name: '`trail.page` of 100 earlier events',
    before: hundredFiles,
    run: (world) => world.trail.page(user, { after: 0, limit: 100 }),
  },
  {
    name: '`trail.awaitPage` with a `reserve` that ends the wait',
    run: async (world, _, untilRead) => {
      const signal = new AbortController().signal
      const page = world.trail.awaitPage(user, { after: 0, limit: 200 }, signal)
      await untilRead(1)
      await world.reserve('/a')
      await page
    },
  },
  { name: '`setQuota`', run: (world) => world.catalog.setQuota(user, 5) },
  {
    name: '`list`, a page of 4 of 10 files',
    before: tenFiles,
    run: (world) => world.list({ limit: 4, sort: 'created', descending: true }),
  },
  {
    name: '`list`, the same with `total`',
    before: tenFiles,
    run: (world) => world.list({ limit: 4, total: true }),
  },
  {
    name: '`list`, the same at `offset` 5',
    before: tenFiles,
    run: (world) => world.list({ limit: 4, offset: 5 }),
  },
  {
    name: '`list`, 3 folders of 10 files',
    before: tenFiles,
    run: (world) => world.list({ limit: 4, prefix: '/', folders: true }),
  },
  {
    name: '`list`, 4 of 10 names that contain 3 characters',
    before: tenFiles,
    run: (world) => world.list({ limit: 4, nameContains: 'REP' }),
  },
  {
    name: '`list`, the one of 10 names that contains 8 characters',
    before: tenFiles,
    run: (world) => world.list({ limit: 4, nameContains: 'report-7' }),
  },
  {
    name: '`list`, a page of 4 of 10 files of one kind',
    before: tenFiles,
    run: (world) => world.list({ limit: 4, kind: 'text' }),
  },
  {
    name: '`list`, none of 10 files is of the kind',
    before: tenFiles,
    run: (world) => world.list({ limit: 4, kind: 'image' }),
  },
  {
    name: '`recount` of 10 files',
    before: tenFiles,
    run: (world) => world.catalog.recount(user, { repair: true }),
  },
  {
    name: '`recount` of 10 files, with something to repair',
    before: async (world) => {
      const files = await tenFiles(world)
      await world.drift(user, { liveBytes: 5 })
      return files
    },
    run: (world) => world.catalog.recount(user, { repair: true }),
  },
  { name: '`trimTrash`, with room', run: (world) => world.catalog.trimTrash(user) },
  {
    name: '`markMissing`',
    before: readyFile,
    run: onFile((world, { id }) =>
      world.catalog.markMissing(user, id, { generation: '1', since: world.now }),
    ),
  },
  {
    name: '`listWorkspaces`, the one that there is',
    before: readyFile,
    run: (world) => world.catalog.listWorkspaces({ limit: 10 }),
  },
  { name: '`isKnown`', run: (world) => world.catalog.isKnown(user) },
  {
    name: '`countPending`, of up to 1,000',
    before: async (world) => [await world.reserve('/a')],
    run: (world) => world.catalog.countPending(),
  },
  { name: '`sweepProgress`', run: (world) => world.catalog.sweepProgress() },
  { name: '`saveSweepProgress`', run: (world) => world.catalog.saveSweepProgress('{}') },
]
