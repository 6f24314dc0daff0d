import { defineConfig } from 'vitest/config'

const firestore = process.env['FIRESTORE_EMULATOR_HOST']
const storage = process.env['STORAGE_EMULATOR_HOST']

if (!firestore && !storage) {
  process.stderr.write(
    'test:emulators needs to know which emulators: set FIRESTORE_EMULATOR_HOST (such as 127.0.0.1:8080), STORAGE_EMULATOR_HOST (such as http://127.0.0.1:9199), or both.\n',
  )
  process.exit(1)
}

/** The contracts, unchanged, on the emulators that the environment names, and the end-to-end suite of the cloud. */
export default defineConfig({
  test: {
    include: [
      ...(firestore
        ? [
            'tests/emulators/firestore/emulator.test.ts',
            'tests/adapters/firestore/catalog.test.ts',
            'tests/adapters/firestore/writers.test.ts',
            'tests/adapters/firestore/processes.test.ts',
          ]
        : []),
      ...(storage
        ? [
            'tests/adapters/gcs/blob-store.test.ts',
            'tests/adapters/gcs/bulk.test.ts',
            'tests/client/node.test.ts',
          ]
        : []),
      'tests/emulators/rules.emulators.test.ts',
      'tests/e2e/cloud/cloud.test.ts',
    ],
    // Google's clients without credentials would look for a metadata server, for seconds.
    env: { METADATA_SERVER_DETECTION: 'none' },
    globalSetup: 'tests/e2e/bundle-setup.ts',
    // An emulator may make the writers of one document wait for locks.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The files share the emulators.
    fileParallelism: false,
    reporters: 'verbose',
  },
})
