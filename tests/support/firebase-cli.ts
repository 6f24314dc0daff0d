import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The Firebase CLI of tests/emulators/firebase-cli, which `npm run emulators` installs. */
export const firebaseProgram = fileURLToPath(
  new URL(
    '../emulators/firebase-cli/node_modules/firebase-tools/lib/bin/firebase.js',
    import.meta.url,
  ),
)

/** Tests that need it are skipped where it is not installed, but never in CI: there they fail. */
export const skipWithoutFirebase = !process.env['CI'] && !existsSync(firebaseProgram)

/** Says in the name of a skipped suite why it is. */
export const firebaseNote = skipWithoutFirebase
  ? ' (skipped: npm ci --prefix tests/emulators/firebase-cli installs the Firebase CLI)'
  : ''
