import type { FileRecord } from '../../model/file.ts'
import type { StoredBlob } from '../../ports/blob-store.ts'
import { quarantineOrDelete } from '../scan/quarantine-or-delete.ts'
import { ownerOf } from '../../model/storage-path.ts'
import { ago, beginning, pagedPhase, type Sweeping } from './phase.ts'
import { count } from './report.ts'

const pageSize = 500
const concurrency = 16
const orphanAgeMs = 24 * 3600 * 1000

/** Removes blobs that no record stands for, once they are a day old. */
export function orphans(sweeping: Sweeping) {
  const { catalog, blobs } = sweeping.ports
  const before = ago(sweeping, orphanAgeMs)
  const known = new Map<string, Promise<boolean>>()
  const isKnown = (workspaceId: string) => {
    const asked = known.get(workspaceId) ?? catalog.isKnown(workspaceId)
    known.set(workspaceId, asked)
    return asked
  }
  return pagedPhase<StoredBlob>(sweeping, {
    page: async (after) => {
      known.clear()
      const page = await blobs.list({ limit: pageSize, ...(after !== beginning && { after }) })
      return { items: page.blobs, next: page.next }
    },
    visit: (blob) => check(sweeping, blob, { before, isKnown }),
    nameOf: ({ storagePath }) => storagePath,
    concurrency,
  })
}

async function check(
  { ports, report, dryRun }: Sweeping,
  blob: StoredBlob,
  { before, isKnown }: { before: Date; isKnown: (workspaceId: string) => Promise<boolean> },
): Promise<void> {
  const owner = ownerOf(blob.storagePath)
  // A blob that is not ours to name is left alone.
  if (!owner || blob.storedAt >= before) return
  const file = await ports.catalog.get(owner.workspaceId, owner.id)
  const isWanted =
    file?.state === 'pending' || (file?.state === 'ready' && file.generation === blob.generation)
  if (isWanted) return
  if (!file && !(await isKnown(owner.workspaceId))) {
    throw new Error(
      'the catalog has never heard of this workspace, so it is not the catalog that these bytes were stored with; they are kept',
    )
  }
  if (!dryRun) await remove(ports, blob, file)
  count(report, 'orphans', blob.storagePath)
}

/** The bytes of a refused file were to be put away, by a process that died before it could. */
async function remove(
  ports: Sweeping['ports'],
  blob: StoredBlob,
  file: FileRecord | undefined,
): Promise<void> {
  const isRefused = file?.state === 'infected' || file?.state === 'unscannable'
  if (isRefused && file.generation === blob.generation) await quarantineOrDelete(ports, file)
  else await ports.blobs.remove(blob)
}
