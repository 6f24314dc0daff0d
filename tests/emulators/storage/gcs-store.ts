import { randomUUID } from 'node:crypto'
import { Storage } from '@google-cloud/storage'
import { GcsBlobStore } from '../../../shared/adapters/gcp/gcs-blobs.ts'
import type { GcsOptions } from '../../../shared/adapters/gcp/gcs-client.ts'
import type { FinalizeEvent } from '../../../shared/workspace/ports.ts'
import type { OpenedBlobStore } from '../../contracts/blob-world.ts'
import type { RunningStorage } from './start.ts'

export interface OpenedGcsStore extends OpenedBlobStore {
  store: GcsBlobStore
  bucket: string
}

const projectId = 'coffer-test'
const pollMs = 50

/** A store over a new bucket of a running emulator. */
export async function openGcsStore(
  storage: RunningStorage,
  options: Partial<GcsOptions> = {},
): Promise<OpenedGcsStore> {
  const bucket = `coffer-${randomUUID()}`
  await new Storage({ projectId }).createBucket(bucket)
  const store = await GcsBlobStore.open({ bucket, projectId, ...options })
  const events: FinalizeEvent[] = []
  const listening = storage.emulator
    ? listen(storage.emulator, bucket, events)
    : watch(store, events)
  return {
    store,
    bucket,
    events,
    fetch: (url, init) => fetch(url, init),
    async [Symbol.asyncDispose]() {
      await listening[Symbol.asyncDispose]()
    },
  }
}

function listen(
  emulator: NonNullable<RunningStorage['emulator']>,
  bucket: string,
  events: FinalizeEvent[],
): AsyncDisposable {
  const subscription = emulator.events.subscribe((object) => {
    if (object.bucket !== bucket) return
    const storagePath = `gcs://${bucket}/${object.name}`
    events.push({ storagePath, generation: object.generation })
  })
  return { [Symbol.asyncDispose]: async () => subscription[Symbol.dispose]() }
}

/** An emulator whose events cannot be heard from here: what becomes visible stands for its event. */
function watch(store: GcsBlobStore, events: FinalizeEvent[]): AsyncDisposable {
  const seen = new Set<string>()
  const look = async () => {
    for (const { storagePath, generation } of (await store.list({ limit: 1000 })).blobs) {
      if (seen.has(generation)) continue
      seen.add(generation)
      events.push({ storagePath, generation })
    }
  }
  const timer = setInterval(() => void look(), pollMs)
  return { [Symbol.asyncDispose]: async () => clearInterval(timer) }
}
