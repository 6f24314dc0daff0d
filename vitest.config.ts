import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      // The same suite against a deployment: only where one is named.
      ...(process.env['API_URL'] ? [] : ['tests/e2e/deployed.test.ts']),
    ],
    // Google's clients without credentials would look for a metadata server, for seconds.
    env: { METADATA_SERVER_DETECTION: 'none' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // A shared machine can be slow enough to fail a right test once; what fails twice is wrong.
    retry: process.env['CI'] ? 1 : 0,
  },
})
