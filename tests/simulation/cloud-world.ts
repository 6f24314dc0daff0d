import { randomUUID } from 'node:crypto'
import { FirestoreCatalog } from '../../shared/adapters/firestore/catalog.ts'
import { GcsQuarantine } from '../../shared/adapters/gcs/quarantine.ts'
import { startFirestoreEmulator } from '../emulators/firestore/start.ts'
import { openGcsStore } from '../emulators/storage/gcs-store.ts'
import { startOwnStorage } from '../emulators/storage/start.ts'
import { WorkspaceError } from '../../shared/model/errors.ts'
import type { FinalizeEvent } from '../../shared/ports/blob-store.ts'
import { recordLimits } from './workspace.ts'
import type { OpenWorld } from './world.ts'

const firestoreVariable = 'FIRESTORE_EMULATOR_HOST'

/** Starts the emulators of Firestore and Cloud Storage in this process. Each run gets a separate project and bucket. */
export async function startCloud(): Promise<AsyncDisposable & { open: OpenWorld }> {
  await using started = new AsyncDisposableStack()
  const previousHost = process.env[firestoreVariable]
  const firestore = started.use(await startFirestoreEmulator())
  process.env[firestoreVariable] = firestore.host
  started.defer(() => {
    if (previousHost === undefined) delete process.env[firestoreVariable]
    else process.env[firestoreVariable] = previousHost
  })
  const storage = started.use(await startOwnStorage())
  const resources = started.move()

  const open: OpenWorld = async ({ quotaBytes, now }) => {
    await using opened = new AsyncDisposableStack()
    const projectId = `coffer-${randomUUID()}`
    const openCatalog = async () =>
      opened.use(
        new FirestoreCatalog({
          projectId,
          emulatorHost: firestore.host,
          quotaBytes,
          recordLimits,
          now,
        }),
      )
    const catalogs = [await openCatalog(), await openCatalog()]
    const { store, bucket, events } = opened.use(await openGcsStore(storage))
    const quarantine = await GcsQuarantine.open({
      bucket,
      emulatorHost: storage.url,
      includesUploads: true,
      retentionDays: 30,
      now,
    })
    const resources = opened.move()
    return {
      catalogs,
      blobs: store,
      quarantine,
      events: events as FinalizeEvent[],
      takesParts: false,
      send: async ({ url }, bytes) => {
        const response = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) })
        await response.arrayBuffer()
        if (!response.ok)
          throw new WorkspaceError(
            'not-found',
            `The upload session responded with status ${response.status}.`,
          )
      },
      [Symbol.asyncDispose]: () => resources.disposeAsync(),
    }
  }
  return { open, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
