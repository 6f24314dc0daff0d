import { googleFirestoreJar, startGoogleFirestore } from './google-firestore.ts'

/** Runs Google's Firestore emulator during the suites. */
export async function setup(): Promise<() => Promise<void>> {
  const jar = googleFirestoreJar()
  if (jar === undefined) {
    throw new Error(
      "Google's Firestore emulator is not installed: apt-get install google-cloud-cli-firestore-emulator, or name its JAR in FIRESTORE_EMULATOR_JAR.",
    )
  }
  const emulator = await startGoogleFirestore(jar)
  process.env['FIRESTORE_EMULATOR_HOST'] = emulator.host
  process.env['FIRESTORE_RULES_HOST'] = emulator.host
  return async () => {
    await emulator[Symbol.asyncDispose]()
  }
}
