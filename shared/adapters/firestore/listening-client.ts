import type { Firestore } from '@google-cloud/firestore'
import type { DatabaseName } from './faults.ts'

/** Opens the official client, which can listen to documents. It loads gRPC, so it is opened by the first listener. */
export async function openListeningClient(
  database: DatabaseName,
  emulatorHost: string | undefined,
): Promise<Firestore> {
  const { Firestore } = await import('@google-cloud/firestore')
  return new Firestore({
    ...database,
    ...(emulatorHost !== undefined && (await emulated(emulatorHost))),
  })
}

/** On a machine without credentials, the client would wait seconds for a metadata server. */
async function emulated(host: string) {
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library')
  return { host, ssl: false, auth: new GoogleAuth({ authClient: new PassThroughClient() }) }
}
