import { afterAll } from 'vitest'
import { openGcsStore } from '../../emulators/storage/gcs-store.ts'
import { skipMissing } from '../../emulators/storage/external/skip-missing.ts'
import { startStorageEmulator } from '../../emulators/storage/start.ts'
import { testSigner } from '../../emulators/storage/test-signer.ts'
import { describeBlobStore } from '../../ports/blob-store/blob-store.ts'

const { credentials, signers } = testSigner()
const storage = await startStorageEmulator({ signers })
afterAll(() => storage[Symbol.asyncDispose]())
await skipMissing('contract', storage)

describeBlobStore('Cloud Storage', () => openGcsStore(storage, { credentials }))
