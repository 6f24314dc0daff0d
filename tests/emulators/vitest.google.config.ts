import { defineConfig } from 'vitest/config'

/** The suites of Firestore, unchanged, on Google's own emulator. */
export default defineConfig({
  test: {
    globalSetup: ['tests/emulators/google-setup.ts', 'tests/e2e/bundle-setup.ts'],
    include: [
      'tests/emulators/firestore/emulator.test.ts',
      'tests/adapters/firestore/catalog.test.ts',
      'tests/adapters/firestore/writers.test.ts',
      'tests/adapters/firestore/processes.test.ts',
      'tests/emulators/rules.emulators.test.ts',
      'tests/e2e/cloud/cloud.test.ts',
    ],
    // Google's clients without credentials would look for a metadata server, for seconds.
    env: { METADATA_SERVER_DETECTION: 'none' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The files share one emulator.
    fileParallelism: false,
    retry: process.env['CI'] ? 1 : 0,
  },
})
