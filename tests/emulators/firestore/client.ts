import { randomUUID } from 'node:crypto'
import { Firestore } from '@google-cloud/firestore'

/** The official client, in a new project. */
export function client() {
  const projectId = `emulator-${randomUUID()}`
  const firestore = new Firestore({ projectId, gaxServerStreamingRetries: true })
  return { firestore, [Symbol.asyncDispose]: () => firestore.terminate() }
}

/** The ids of the documents of a query, in its order. */
export async function idsOf(query: { get: () => Promise<{ docs: { id: string }[] }> }) {
  return (await query.get()).docs.map(({ id }) => id)
}
