import { Readable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { EicarScanner } from '../../shared/adapters/scanners/eicar-scanner.ts'
import { parsePath } from '../../shared/model/path.ts'
import type { FinalizeEvent } from '../../shared/ports/blob-store.ts'
import { scan } from '../../shared/workspace/scan/scan.ts'
import { uploadAndWait } from '../../shared/workspace/upload/upload-and-wait.ts'
import { openGcsStore } from '../emulators/storage/gcs-store.ts'
import { startOwnStorage } from '../emulators/storage/start.ts'
import { newId, user } from '../ports/catalog/world.ts'
import { firestoreWorld, newProject, useOwnFirestore } from './firestore/world.ts'

const { emulator } = useOwnFirestore()
const caller = { workspaceId: user, scopes: ['files:read', 'files:write'] as const }

test.each([
  ['a new file', 1, { reads: 6, writes: 6, deletes: 0 }],
  ['an overwrite', 2, { reads: 7, writes: 7, deletes: 0 }],
])(
  'an upload of %s with waiting costs its documents of docs/cost.md and 2 requests to Cloud Storage',
  async (_, uploads, cost) => {
    await using storage = await startOwnStorage()
    await using gcs = await openGcsStore(storage)
    const projectId = newProject()
    await using world = await firestoreWorld(projectId)
    const ports = {
      catalog: world.catalog,
      blobs: gcs.store,
      scanner: new EicarScanner(),
      now: () => world.now,
      newId,
      limits: { maxFileBytes: 100, uploadExpirySeconds: 60, trashRetentionDays: 30 },
    }
    const { bill } = emulator().database(projectId)
    const spent: unknown[] = []
    for (let i = 1; i <= uploads; i++) {
      const before = { ...bill }
      const requestsBefore = storage.emulator.requests.length
      const uploading = uploadAndWait(ports, caller, request(), { seconds: 20 })
      await vi.waitFor(() => expect(gcs.events).toHaveLength(i), { timeout: 9000 })
      // The scan starts when the caller listens, which costs more than a listener that starts later.
      await vi.waitFor(() => expect(bill.reads - before.reads).toBe(3), { timeout: 9000 })
      await scan(ports, gcs.events[i - 1] as FinalizeEvent)
      expect(await uploading).toMatchObject({ outcome: 'ready', file: { sizeBytes: 5 } })
      spent.push({
        reads: bill.reads - before.reads,
        writes: bill.writes - before.writes,
        deletes: bill.deletes - before.deletes,
        requests: storage.emulator.requests.length - requestsBefore,
      })
    }
    expect(spent.at(-1)).toEqual({ ...cost, requests: 2 })
  },
)

function request() {
  const path = parsePath('/a.txt')
  const target = { path, mimeType: 'text/plain', metadata: {}, origin: 'user-upload' as const }
  const body = Readable.from([Buffer.from('bytes')])
  return {
    name: 'a.txt',
    mimeType: 'text/plain',
    body,
    target: { ...target, onConflict: 'replace' as const },
    sizeBytes: 5,
  }
}
