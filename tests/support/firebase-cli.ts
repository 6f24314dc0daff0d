import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The Firebase CLI of tests/emulators/firebase-cli, which `npm run emulators` installs. */
export const firebaseProgram = fileURLToPath(
  new URL(
    '../emulators/firebase-cli/node_modules/firebase-tools/lib/bin/firebase.js',
    import.meta.url,
  ),
)

/** Skips tests that need the CLI if it is not installed, except in CI, where they fail. */
export const skipWithoutFirebase = !process.env['CI'] && !existsSync(firebaseProgram)

/** Explains a skip in the name of the suite. */
export const firebaseNote = skipWithoutFirebase
  ? ' (skipped: npm ci --prefix tests/emulators/firebase-cli installs the Firebase CLI)'
  : ''
