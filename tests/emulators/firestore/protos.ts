import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The protos of google.firestore.v1 from the client's package, so that both use the same version. */
export async function readProtos(): Promise<object> {
  const client = createRequire(import.meta.url).resolve('@google-cloud/firestore/package.json')
  const file = join(client, '..', 'build', 'protos', 'v1.json')
  return JSON.parse(await readFile(file, 'utf8')) as object
}

/** The form of messages in the service, for both transports. */
export const messageForm = { longs: String, enums: String, bytes: Buffer } as const
