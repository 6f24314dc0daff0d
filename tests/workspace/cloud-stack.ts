import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { EicarScanner } from '../../shared/adapters/scanners/eicar-scanner.ts'
import { openLocalRenderer } from '../../shared/adapters/preview/local-renderer.ts'
import type { FileId } from '../../shared/model/ids.ts'
import { openFirestore, useFirestore } from '../adapters/firestore/world.ts'
import { openGcsStore } from '../emulators/storage/gcs-store.ts'
import { startStorageEmulator, type RunningStorage } from '../emulators/storage/start.ts'
import type { OpenStack } from './store-media/media-world.ts'

const now = () => new Date()
const unused = () => Promise.reject(new Error('This stack fetches nothing'))

/** Uses Firestore and Cloud Storage, or their emulators, during the tests of a file. */
export function useCloudStack(): OpenStack {
  useFirestore()
  let storage: RunningStorage | undefined
  beforeAll(async () => {
    storage = await startStorageEmulator()
  })
  afterAll(() => storage?.[Symbol.asyncDispose]())
  return async () => {
    if (!storage) throw new Error('The emulator runs only while tests do')
    await using opened = new AsyncDisposableStack()
    const firestore = await openFirestore({ quotaBytes: 1_000_000, now })
    opened.defer(() => firestore[Symbol.asyncDispose]())
    const { store: blobs } = opened.use(await openGcsStore(storage))
    const resources = opened.move()
    const ports = {
      catalog: firestore.catalog,
      folders: firestore.catalog.folders,
      links: firestore.catalog.links,
      runs: firestore.catalog.runs,
      shares: firestore.catalog.shares,
      trail: firestore.catalog.trail,
      blobs,
      scanner: new EicarScanner(),
      renderer: openLocalRenderer(),
      sources: { fetchUrl: unused, openObject: async () => undefined },
      now,
      newId: () => randomUUID() as FileId,
      limits: { maxFileBytes: 1_000_000, uploadExpirySeconds: 3600, trashRetentionDays: 30 },
    }
    return { ports, [Symbol.asyncDispose]: () => resources.disposeAsync() }
  }
}
