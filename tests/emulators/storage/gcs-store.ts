import { randomUUID } from 'node:crypto'
import { GcsBlobStore } from '../../../shared/adapters/gcs/blob-store.ts'
import type { GcsOptions } from '../../../shared/adapters/gcs/client.ts'
import type { FinalizeEvent } from '../../../shared/ports/blob-store.ts'
import type { OpenedBlobStore } from '../../ports/blob-store/world.ts'
import { createBucket } from './external/create-bucket.ts'
import type { ObjectResource } from './objects.ts'
import type { RunningStorage } from './start.ts'
import { watchBucket } from './external/watch-bucket.ts'

export interface OpenedGcsStore extends OpenedBlobStore {
  store: GcsBlobStore
  bucket: string
}

/** A store over a new bucket of a running emulator. */
export async function openGcsStore(
  { url, emulator }: RunningStorage,
  options: Partial<GcsOptions> = {},
): Promise<OpenedGcsStore> {
  const bucket = `coffer-${randomUUID()}`
  await createBucket(url, bucket)
  const store = await GcsBlobStore.open({ bucket, emulatorHost: url, ...options })
  const events: FinalizeEvent[] = []
  const hear = ({ bucket: of, name, generation }: ObjectResource) => {
    if (of === bucket) events.push({ storagePath: `gcs://${bucket}/${name}`, generation })
  }
  const watching = emulator ? undefined : watchBucket(url, bucket, hear)
  const listening = emulator?.events.subscribe(hear)
  return {
    store,
    bucket,
    events,
    fetch: (url, init) => fetch(url, init),
    async [Symbol.asyncDispose]() {
      listening?.[Symbol.dispose]()
      await watching?.[Symbol.asyncDispose]()
    },
  }
}
