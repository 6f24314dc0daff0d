import { randomUUID } from 'node:crypto'
import type { ObjectResource } from '../../emulators/storage/objects.ts'
import { startCloudEmulators } from './cloud-emulators.ts'
import { startFunction } from '../functions/function-server.ts'
import type { Server } from '../support/target.ts'

/** `api` and `scan` with the program of the image, in separate processes, with Firestore, Cloud Storage and an event bus in this process. */
export async function startCloud(
  env: Record<string, string>,
): Promise<Server & { storageUrl: string }> {
  await using opened = new AsyncDisposableStack()
  const bucket = `coffer-${randomUUID()}`
  const emulators = opened.use(await startCloudEmulators(bucket))
  const cloud = {
    ...env,
    ...emulators.env,
    MEDIA_GCS_BUCKET_NAME: bucket,
    GOOGLE_CLOUD_PROJECT: bucket,
  }
  const api = opened.use(await startFunction('api', { host: 'image', env: cloud }))
  const scan = opened.use(await startFunction('scan', { host: 'image', env: cloud }))
  emulators.onFinalized((object) => void deliver(scan.url, object))
  const resources = opened.move()
  const storageUrl = emulators.env.STORAGE_EMULATOR_HOST.replace(/^(?!http)/, 'http://')
  return { url: api.url, storageUrl, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** Delivers an event like Eventarc: retries until the function accepts it or has exited. */
export async function deliver(url: string, object: ObjectResource): Promise<void> {
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
