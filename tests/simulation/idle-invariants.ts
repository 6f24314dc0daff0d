import { text } from 'node:stream/consumers'
import { WorkspaceError } from '../../shared/model/errors.ts'
import { parsePath } from '../../shared/model/path.ts'
import type { FileId } from '../../shared/model/ids.ts'
import type { StoredBlob } from '../../shared/ports/blob-store.ts'
import { readContent } from '../../shared/workspace/read.ts'
import { assertEqual } from './checker.ts'
import { countersOf, fileAt } from './workspace.ts'
import { paths } from './steps.ts'
import { checksumOf, limits, type Stage } from './stage.ts'
import type { View } from './view.ts'

const users = ['ann', 'bob'] as const
const orphanAgeMs = 24 * 3_600_000

/** Checks the invariants that hold while no operation runs, through the public read functions. */
export async function assertIdleInvariants(stage: Stage): Promise<void> {
  for (const user of users) {
    const workspace = stage.checker.workspace(user)
    for (const id of stage.ids[user]) {
      const file = workspace.files.find((file) => file.id === id)
      assertVerdict(stage, file)
      assertEqual(`I1: read of ${id}`, await served(stage, user, { id }), expected(stage, file))
    }
    for (const path of paths.map((path) => parsePath(path))) {
      const file = fileAt(workspace, path)
      const found = await served(stage, user, { path })
      assertEqual(`I2: read of ${path} of ${user}`, found, expected(stage, file))
    }
    const foreign = stage.ids[user === 'ann' ? 'bob' : 'ann'][0]
    if (foreign !== undefined) {
      assertEqual(
        'I7: read of a foreign id',
        await served(stage, user, { id: foreign }),
        'not-found',
      )
    }
    const { kept, counted } = await catalogOf(stage).recount(user, { repair: false })
    assertEqual('I5: counters', kept, countersOf(workspace))
    assertEqual('I5: counters computed from the files', counted, kept)
  }
}

/** I1, I8: checks size, checksum and verdict against the uploaded bytes, which the reference does not store. */
function assertVerdict(stage: Stage, file: View | undefined): void {
  const content = file && stage.contents.get(file.id)
  if (!file || !content || file.state === 'pending') return
  assertEqual(`size of ${file.id}`, file.sizeBytes, content.bytes.length)
  assertEqual(`checksum of ${file.id}`, file.checksum, checksumOf(content.bytes))
  const verdict = stage.verdictOf(content)
  const possible = {
    ready: ['clean', ...laterVerdicts],
    infected: ['infected'],
    unscannable: ['unscannable'],
  }
  if (!possible[file.state].includes(verdict) || isServedInfected(stage, file)) {
    throw new Error(`I1: ${file.id} is ${file.state}, but the verdict of its bytes is ${verdict}`)
  }
}

/** Verdicts that signatures newer than a file's scan may give. */
const laterVerdicts = ['infected', 'unscannable']

function isServedInfected(stage: Stage, file: View): boolean {
  const content = stage.contents.get(file.id)
  if (file.state !== 'ready' || !content || content.bytes.length === 0) return false
  return stage.verdictAt(content, file.signaturesAt) === 'infected'
}

/** Returns the bytes as text, or the error code of the read. */
async function served(
  stage: Stage,
  workspaceId: string,
  name: Parameters<typeof readContent>[2],
): Promise<string> {
  const ports = { catalog: catalogOf(stage), blobs: stage.world.blobs, limits }
  try {
    const { open } = await readContent(ports, { workspaceId }, name)
    return `bytes ${await text(await open())}`
  } catch (error) {
    if (error instanceof WorkspaceError) return error.code
    throw error
  }
}

function expected(stage: Stage, file: View | undefined): string {
  if (!file) return 'not-found'
  if (file.deletedAt !== null && file.supersededBy === null) return 'gone'
  if (file.state === 'pending') return 'not-scanned'
  if (file.state !== 'ready') return file.state
  return `bytes ${stage.contents.get(file.id)?.bytes.toString()}`
}

export function catalogOf({ world }: Stage) {
  const [catalog] = world.catalogs
  if (!catalog) throw new Error('The world has no catalog.')
  return catalog
}

/** Checks that the store holds no blob of an infected or unscannable file, except after a crash. */
export function assertQuarantinedOrDeleted(
  { checker, leftovers }: Stage,
  { blobs, mayLeaveBlobs }: { blobs: FileId[]; mayLeaveBlobs: boolean },
): void {
  const refused = users
    .flatMap((user) => checker.workspace(user).files)
    .filter(({ id, state }) => ['infected', 'unscannable'].includes(state) && blobs.includes(id))
    .map(({ id }) => id)
  if (mayLeaveBlobs) for (const id of refused) leftovers.add(id)
  const unexpected = refused.filter((id) => !leftovers.has(id))
  assertEqual('infected or unscannable files whose blobs remain', unexpected, [])
}

/** Lists all blobs by the id of their file. */
export async function blobsOf(stage: Stage): Promise<FileId[]> {
  return (await listBlobs(stage)).map(idOf).sort()
}

/** I6: lists blobs without a record that are younger than a day. A sweep must keep them. */
export async function youngOrphansOf(stage: Stage): Promise<FileId[]> {
  const records = users.flatMap((user) => stage.checker.workspace(user).files)
  const known = new Set(records.map(({ id }) => id))
  const youngSince = stage.now().getTime() - orphanAgeMs + 60_000
  const young = (await listBlobs(stage)).filter(({ storedAt }) => storedAt.getTime() > youngSince)
  return young.map(idOf).filter((id) => !known.has(id))
}

async function listBlobs({ world }: Stage): Promise<StoredBlob[]> {
  const { blobs, next } = await world.blobs.list({ limit: 1000 })
  if (next !== undefined) throw new Error('The blobs of a run must fit on one page.')
  return blobs
}

function idOf({ storagePath }: StoredBlob): FileId {
  return storagePath.split('/').at(-2) as FileId
}
