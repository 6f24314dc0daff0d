import { randomUUID } from 'node:crypto'
import { startFirestoreEmulator } from '../emulators/firestore/start.ts'
import { StorageEmulator } from '../emulators/storage/storage-emulator.ts'
import type { ObjectResource } from '../emulators/storage/objects.ts'
import { startFunction } from './framework-server.ts'
import type { Server } from './target.ts'

/** `api` and `scan` as in the cloud, each in a process of its own, over Firestore, Cloud Storage and an event bus in this one. */
export async function startCloud(env: Record<string, string>): Promise<Server> {
  await using opened = new AsyncDisposableStack()
  const firestore = opened.use(await startFirestoreEmulator())
  const storage = opened.use(await StorageEmulator.start())
  const bucket = `coffer-${randomUUID()}`
  await fetch(`${storage.url}/storage/v1/b?project=coffer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: bucket }),
  })
  const cloud = {
    ...env,
    MEDIA_GCS_BUCKET_NAME: bucket,
    GOOGLE_CLOUD_PROJECT: 'coffer',
    FIRESTORE_EMULATOR_HOST: firestore.host,
    STORAGE_EMULATOR_HOST: storage.url,
  }
  const api = opened.use(await startFunction('api', { env: cloud }))
  const scan = opened.use(await startFunction('scan', { signature: 'cloudevent', env: cloud }))
  storage.events.subscribe((object) => void deliver(scan.url, object))
  const resources = opened.move()
  return { url: api.url, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** Delivers an event as Eventarc does: again, later, until it is taken; until its function is gone. */
async function deliver(url: string, object: ObjectResource): Promise<void> {
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'ce-id': `${object.bucket}/${object.name}/${object.generation}`,
        'ce-specversion': '1.0',
        'ce-source': `//storage.googleapis.com/projects/_/buckets/${object.bucket}`,
        'ce-type': 'google.cloud.storage.object.v1.finalized',
      },
      body: JSON.stringify(object),
    }).catch(() => undefined)
    if (answer === undefined || answer.ok) return
    await new Promise((resolve) => setTimeout(resolve, attempt * 50))
  }
}
