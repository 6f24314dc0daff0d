import { startFirestoreEmulator } from '../../emulators/firestore/start.ts'
import type { FinalizeListener } from '../../emulators/storage/finalize-events.ts'
import { StorageEmulator } from '../../emulators/storage/storage-emulator.ts'
import type { ListedTests } from '../../support/skip-listed.ts'

/** A limitation of every emulator of Cloud Storage; tests/adapters/gcs/signing.test.ts tests signing with keys. */
export const signatures: ListedTests = {
  reason: 'an emulator knows no signer’s key, and so takes any signature',
  tests: ['refuses a link with any part changed'],
}

/** Firestore and a bucket of Cloud Storage in this process, for functions in other processes. */
export async function startStandIns(bucket: string) {
  await using opened = new AsyncDisposableStack()
  const firestore = opened.use(await startFirestoreEmulator())
  const storage = opened.use(await StorageEmulator.start())
  await fetch(`${storage.url}/storage/v1/b?project=coffer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: bucket }),
  })
  const resources = opened.move()
  return {
    env: { FIRESTORE_EMULATOR_HOST: firestore.host, STORAGE_EMULATOR_HOST: storage.url },
    /** Receives each completed object. */
    onFinalized: (listener: FinalizeListener) => void storage.events.subscribe(listener),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
