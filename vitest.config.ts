import { defineConfig } from 'vitest/config'

/** Directories of `tests` by suite: `npm run test:NAME` runs one suite, `npm test` all of them. */
const suites = {
  workspace: ['workspace'],
  adapters: ['adapters', 'emulators'],
  library: ['library'],
  e2e: ['e2e'],
  browser: ['browser'],
  crash: ['crash'],
  simulation: ['simulation'],
}

const testsOf = (directories: string[]) => directories.map((name) => `tests/${name}/**/*.test.ts`)

export default defineConfig({
  test: {
    // Google's clients without credentials would look for a metadata server, for seconds.
    env: { METADATA_SERVER_DETECTION: 'none' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // A shared machine can be slow enough to fail a right test once; what fails twice is wrong.
    retry: process.env['CI'] ? 1 : 0,
    exclude: [
      '**/node_modules/**',
      // The same suite against a deployment: only where one is named.
      ...(process.env['API_URL'] ? [] : ['tests/e2e/deployed/deployed.test.ts']),
    ],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: testsOf(Object.values(suites).flat()),
        },
      },
      ...Object.entries(suites).map(([name, directories]) => ({
        extends: true as const,
        test: { name, include: testsOf(directories) },
      })),
    ],
  },
})
