import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { GcsBlobStore } from '../../../shared/adapters/gcs/blob-store.ts'
import type { Fault } from '../../emulators/storage/faults.ts'
import { openGcsStore } from '../../emulators/storage/gcs-store.ts'
import { startOwnStorage } from '../../emulators/storage/start.ts'
import { bodyOf, contentType, newId } from '../../ports/blob-store/world.ts'

const storage = await startOwnStorage()
afterAll(() => storage[Symbol.asyncDispose]())

const retry = { attempts: 2, baseDelayMs: 1, maxDelayMs: 1 }
const expiresAt = new Date(Date.now() + 3600_000)

/** Every operation, on one storage path. */
function operations(store: GcsBlobStore): [string, () => Promise<unknown>][] {
  const place = store.locate('user', newId(), 'a.txt')
  const blob = { storagePath: place, generation: '1' }
  const options = { contentType, maxBytes: 10 }
  return [
    ['write', () => store.write(place, bodyOf('bytes'), options)],
    ['read', () => store.read(blob)],
    ['stat', () => store.stat(place)],
    ['remove', () => store.remove(blob)],
    ['copy', () => store.copy(blob, store.locate('user', newId(), 'b.txt'))],
    ['openUpload', () => store.openUpload(place, { sizeBytes: 5, contentType, expiresAt })],
    ['list', () => store.list({ limit: 10 })],
    ['check', () => store.check()],
  ]
}
const names = operations(await GcsBlobStore.open({ bucket: 'any' })).map(([name]) => name)

describe.each(names)('%s', (name) => {
  const run = (store: GcsBlobStore) =>
    operations(store).find(([operation]) => operation === name)?.[1]()

  test('names the command to run when the bucket does not exist', async () => {
    const store = await GcsBlobStore.open({
      bucket: 'never-created',
      emulatorHost: storage.url,
      retry,
    })
    await expect(run(store)).rejects.toThrow(
      /^There is no bucket "never-created"\. Run: gcloud storage buckets create gs:\/\/never-created /,
    )
  })

  const refusals: [string, Fault, RegExp][] = [
    [
      'the permission is missing',
      {
        kind: 'status',
        status: 403,
        message: 'x@y.iam.gserviceaccount.com does not have storage.objects.create access',
        reason: 'forbidden',
      },
      /^[^\n]*Run: gcloud storage buckets add-iam-policy-binding gs:\/\/coffer-/,
    ],
    [
      'the API is off',
      {
        kind: 'status',
        status: 403,
        message: 'Cloud Storage API has not been used in project 1 before or it is disabled.',
        reason: 'accessNotConfigured',
      },
      /^[^\n]*Run: gcloud services enable storage.googleapis.com$/,
    ],
  ]
  test.each(refusals)('names the command to run when %s', async (_, fault, line) => {
    await using opened = await openGcsStore(storage, { retry })
    storage.emulator.fault({ fault })
    await expect(run(opened.store)).rejects.toThrow(line)
  })
})

test('the error for missing credentials names the command to run', async () => {
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '')
  vi.stubEnv('HOME', '/nonexistent')
  vi.stubEnv('METADATA_SERVER_DETECTION', 'none')
  onTestFinished(() => void vi.unstubAllEnvs())
  const store = await GcsBlobStore.open({ bucket: 'any', retry })
  const blob = { storagePath: store.locate('user', newId(), 'a.txt'), generation: '1' }
  const options = { expiresAt, contentType, contentDisposition: 'attachment' }
  await expect(store.signUrl(blob, options)).rejects.toThrow(
    /^[^\n]*Run: gcloud auth application-default login/,
  )
})
