import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { openGcsStore } from '../emulators/storage/gcs-store.ts'
import { startOwnStorage } from '../emulators/storage/start.ts'
import { BlobWorld } from './blob-world.ts'

const storage = await startOwnStorage()
afterAll(() => storage[Symbol.asyncDispose]())
afterEach(() => {
  vi.unstubAllEnvs()
  delete storage.emulator.limits.longPathsOnly
})

/** What goes through each way that the store has to Cloud Storage. */
async function expectRoundTrip(): Promise<void> {
  await using world = await BlobWorld.open(() => openGcsStore(storage))
  const blob = await world.write(world.place(), 'bytes')
  const copy = await world.store.copy(blob, world.place())
  expect(await world.read(copy)).toBe('bytes')
  expect(await world.list(1)).toHaveLength(2)
  await world.store.remove(blob)
  expect(await world.store.stat(blob.storagePath)).toBeUndefined()
  const { uploadId } = await world.openUpload(world.place(), 5)
  await world.store.cancelUpload(uploadId)
  expect(storage.emulator.openSessions).toEqual([])
}

describe('an emulator', () => {
  test('is found without a scheme', async () => {
    vi.stubEnv('STORAGE_EMULATOR_HOST', storage.url.replace('http://', ''))
    await expectRoundTrip()
  })

  test('is found with a slash at the end', async () => {
    vi.stubEnv('STORAGE_EMULATOR_HOST', `${storage.url}/`)
    await expectRoundTrip()
  })

  test('that knows the paths of the real service alone is used by those', async () => {
    storage.emulator.limits.longPathsOnly = true
    await expectRoundTrip()
  })
})
