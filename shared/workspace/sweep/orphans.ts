import type { FileRecord } from '../../model/file.ts'
import type { StoredBlob } from '../../ports/blob-store.ts'
import { quarantineOrDelete } from '../scan/quarantine-or-delete.ts'
import { ownerOf } from '../../model/storage-path.ts'
import { ago, startPosition, pagedPhase, type SweepContext } from './phase.ts'
import { count } from './report.ts'

const pageSize = 500
const concurrency = 16
const orphanAgeMs = 24 * 3600 * 1000

/** Removes blobs without a record that are older than a day. */
export function orphans(context: SweepContext) {
  const { catalog, blobs } = context.ports
  const before = ago(context, orphanAgeMs)
  const known = new Map<string, Promise<boolean>>()
  const isKnown = (workspaceId: string) => {
    const answer = known.get(workspaceId) ?? catalog.isKnown(workspaceId)
    known.set(workspaceId, answer)
    return answer
  }
  return pagedPhase<StoredBlob>(context, {
    page: async (after) => {
      known.clear()
      const page = await blobs.list({ limit: pageSize, ...(after !== startPosition && { after }) })
      return { items: page.blobs, next: page.next }
    },
    visit: (blob) => check(context, blob, { before, isKnown }),
    nameOf: ({ storagePath }) => storagePath,
    concurrency,
  })
}

async function check(
  { ports, report, dryRun }: SweepContext,
  blob: StoredBlob,
  { before, isKnown }: { before: Date; isKnown: (workspaceId: string) => Promise<boolean> },
): Promise<void> {
  const owner = ownerOf(blob.storagePath)
  // Skips blobs whose path Coffer did not create.
  if (!owner || blob.storedAt >= before) return
  const file = await ports.catalog.get(owner.workspaceId, owner.id)
  const isReferenced =
    file?.state === 'pending' || (file?.state === 'ready' && file.generation === blob.generation)
  if (isReferenced) return
  if (!file && !(await isKnown(owner.workspaceId))) {
    throw new Error(
      'the catalog has no record of this workspace, so its bytes belong to another catalog; they are kept',
    )
  }
  if (!dryRun) await remove(ports, blob, file)
  count(report, 'orphans', blob.storagePath)
}

/** Removes an orphan. If it belongs to a rejected file, a process crashed before it quarantined or deleted the bytes. */
async function remove(
  ports: SweepContext['ports'],
  blob: StoredBlob,
  file: FileRecord | undefined,
): Promise<void> {
  const isRefused = file?.state === 'infected' || file?.state === 'unscannable'
  if (isRefused && file.generation === blob.generation) await quarantineOrDelete(ports, file)
  else await ports.blobs.remove(blob)
}
