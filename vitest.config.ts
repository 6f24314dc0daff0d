import { defineConfig } from 'vitest/config'
import { SlowFirst } from './tests/support/slow-first.ts'

/** Directories of `tests` by suite: `npm run test:NAME` runs one suite, `npm test` all of them. */
const suites = {
  workspace: ['workspace'],
  adapters: ['adapters', 'emulators'],
  library: ['library'],
  blocks: ['blocks'],
  e2e: ['e2e'],
  client: ['client'],
  browser: ['browser'],
  crash: ['crash'],
  simulation: ['simulation'],
}

/** What a suite prepares once for all its files. */
const setups: Record<string, string> = {
  e2e: 'tests/e2e/bundle-setup.ts',
  client: 'tests/e2e/bundle-setup.ts',
  browser: 'tests/e2e/bundle-setup.ts',
  crash: 'tests/crash/bundle-setup.ts',
}

const testsOf = (directories: string[]) => directories.map((name) => `tests/${name}/**/*.test.ts`)

export default defineConfig({
  test: {
    // Google's clients without credentials would look for a metadata server, for seconds.
    env: {
      METADATA_SERVER_DETECTION: 'none',
      // `npm run test:platforms` sets `all`.
      PLATFORM_CASES: process.env['PLATFORM_CASES'] ?? 'essential',
    },
    // Ends tests that hang. Shared machines can be ten times as slow as a quiet one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // One more than the cores of the machine of CI, because many tests wait for clocks, disks and other programs.
    maxWorkers: 3,
    sequence: { sequencer: SlowFirst },
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
          // These tests and those of `workspace` restore global state, so one worker can run many files: a quarter less CPU time.
          // They must not load the Functions Framework (tests/e2e/functions/raw-body.test.ts).
          isolate: false,
          include: ['tests/**/*.test.ts'],
          exclude: testsOf(Object.values(suites).flat()),
        },
      },
      ...Object.entries(suites).map(([name, directories]) => ({
        extends: true as const,
        test: {
          name,
          include: testsOf(directories),
          globalSetup: setups[name] ?? [],
          isolate: name !== 'workspace',
        },
      })),
    ],
  },
})
