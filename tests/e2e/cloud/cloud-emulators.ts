import { createBucket } from '../../emulators/storage/external/create-bucket.ts'
import type { FinalizeListener } from '../../emulators/storage/finalize-events.ts'
import type { Suite } from '../../emulators/storage/external/abilities.ts'
import { listsFor, missingAbilities } from '../../emulators/storage/external/skip-missing.ts'
import { watchBucket } from '../../emulators/storage/external/watch-bucket.ts'
import { startStandIns } from './cloud-stand-ins.ts'
import type { ListedTests } from '../../support/skip-listed.ts'

const { FIRESTORE_EMULATOR_HOST: firestore, STORAGE_EMULATOR_HOST: storage } = process.env
const storageUrl = storage && (/^https?:\/\//.test(storage) ? storage : `http://${storage}`)

/** The tests of a suite that cannot pass with the configured storage emulator, because it lacks a feature. */
export async function emulatorDifferences(suite: Suite): Promise<ListedTests[]> {
  return storageUrl ? listsFor(suite, await missingAbilities(storageUrl)) : []
}

/** The emulators in the environment, with a stand-in for each missing one. */
export async function startCloudEmulators(bucket: string) {
  await using opened = new AsyncDisposableStack()
  const standIns = opened.use(await startStandIns(bucket))
  if (storageUrl) await createBucket(storageUrl, bucket)
  const resources = opened.move()
  return {
    env: {
      ...standIns.env,
      ...(firestore && { FIRESTORE_EMULATOR_HOST: firestore }),
      ...(storage && { STORAGE_EMULATOR_HOST: storage }),
    },
    /** Receives each completed object. */
    onFinalized(listener: FinalizeListener) {
      if (storageUrl) resources.use(watchBucket(storageUrl, bucket, listener))
      else standIns.onFinalized(listener)
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
