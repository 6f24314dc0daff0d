import { text } from 'node:stream/consumers'
import { WorkspaceError } from '../../shared/model/errors.ts'
import { parsePath } from '../../shared/model/path.ts'
import type { FileId } from '../../shared/model/ids.ts'
import type { StoredBlob } from '../../shared/ports/blob-store.ts'
import { readContent } from '../../shared/workspace/read.ts'
import { assertEqual } from './judge.ts'
import { countersOf, namedBy } from './workspace.ts'
import { paths } from './steps.ts'
import { checksumOf, limits, type Stage } from './stage.ts'
import type { View } from './view.ts'

const users = ['ann', 'bob'] as const
const orphanAgeMs = 24 * 3_600_000

/** What must hold whenever nothing is under way, asked as a reader would ask. */
export async function assertQuiet(stage: Stage): Promise<void> {
  for (const user of users) {
    const workspace = stage.judge.workspace(user)
    for (const id of stage.ids[user]) {
      const file = workspace.files.find((file) => file.id === id)
      assertTrue(stage, file)
      assertEqual(`I1: ${id} serves`, await served(stage, user, { id }), expected(stage, file))
    }
    for (const path of paths.map((path) => parsePath(path))) {
      const named = namedBy(workspace, path)
      const found = await served(stage, user, { path })
      assertEqual(`I2: ${path} of ${user} serves`, found, expected(stage, named))
    }
    const foreign = stage.ids[user === 'ann' ? 'bob' : 'ann'][0]
    if (foreign !== undefined) {
      assertEqual('I7: a foreign id is', await served(stage, user, { id: foreign }), 'not-found')
    }
    const { kept, counted } = await catalogOf(stage).recount(user, { repair: false })
    assertEqual('I5: the counters are', kept, countersOf(workspace))
    assertEqual('I5: the files add up to', counted, kept)
  }
}

/** I1, I8: whether the verdict is that of the bytes, which the reference does not know. */
function assertTrue(stage: Stage, file: View | undefined): void {
  const content = file && stage.contents.get(file.id)
  if (!file || !content || file.state === 'pending') return
  assertEqual(`The size of ${file.id} is`, file.sizeBytes, content.bytes.length)
  assertEqual(`The checksum of ${file.id} is`, file.checksum, checksumOf(content.bytes))
  const verdict = stage.verdictOf(content)
  const possible = {
    ready: ['clean', ...laterVerdicts],
    infected: ['infected'],
    unscannable: ['unscannable'],
  }
  if (!possible[file.state].includes(verdict) || isServedInfected(stage, file)) {
    throw new Error(`I1: ${file.id} is ${file.state}, and its bytes are ${verdict}`)
  }
}

/** A file may turn out to be something else by signatures that came after its scan. */
const laterVerdicts = ['infected', 'unscannable']

function isServedInfected(stage: Stage, file: View): boolean {
  const content = stage.contents.get(file.id)
  if (file.state !== 'ready' || !content || content.bytes.length === 0) return false
  return stage.verdictAt(content, file.signaturesAt) === 'infected'
}

/** The bytes as text, or the code that they are refused with. */
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
  if (!catalog) throw new Error('A world has a catalog.')
  return catalog
}

/** The bytes of refused files are out of the store, but where a process died that was to see to it. */
export function assertQuarantinedOrDeleted(
  { judge, lingering }: Stage,
  { blobs, mayLinger }: { blobs: FileId[]; mayLinger: boolean },
): void {
  const refused = users
    .flatMap((user) => judge.workspace(user).files)
    .filter(({ id, state }) => ['infected', 'unscannable'].includes(state) && blobs.includes(id))
    .map(({ id }) => id)
  if (mayLinger) for (const id of refused) lingering.add(id)
  const left = refused.filter((id) => !lingering.has(id))
  assertEqual('Refused, and still in the store are', left, [])
}

/** Every blob there is, as the id of its file. */
export async function blobsOf(stage: Stage): Promise<FileId[]> {
  return (await listBlobs(stage)).map(idOf).sort()
}

/** I6: blobs that no record stands for, and that are not yet a day old: a sweep is to leave them. */
export async function youngOrphansOf(stage: Stage): Promise<FileId[]> {
  const records = users.flatMap((user) => stage.judge.workspace(user).files)
  const known = new Set(records.map(({ id }) => id))
  const afterwards = stage.now().getTime() - orphanAgeMs + 60_000
  const young = (await listBlobs(stage)).filter(({ storedAt }) => storedAt.getTime() > afterwards)
  return young.map(idOf).filter((id) => !known.has(id))
}

async function listBlobs({ world }: Stage): Promise<StoredBlob[]> {
  const { blobs, next } = await world.blobs.list({ limit: 1000 })
  if (next !== undefined) throw new Error('A run has fewer blobs than fit on a page.')
  return blobs
}

function idOf({ storagePath }: StoredBlob): FileId {
  return storagePath.split('/').at(-2) as FileId
}
