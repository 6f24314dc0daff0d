import type { DocumentSnapshot, Firestore } from '@google-cloud/firestore'
import type { FileRecord } from '../../model/file.ts'
import { decodeFile } from './documents.ts'

/**
 * Listens to the file of a resource name until it is not pending. Resolves to the record that the listener received. Billed as
 * one read, and one more for each change.
 */
export async function untilSettled(
  client: Firestore,
  name: string,
  signal: AbortSignal,
): Promise<FileRecord | undefined> {
  // Decoded here, because an error that the listener throws would end the process.
  return decodeFile(await settledSnapshot(client, name, signal))
}

function settledSnapshot(
  client: Firestore,
  name: string,
  signal: AbortSignal,
): Promise<DocumentSnapshot> {
  const file = client.doc(name.slice(name.indexOf('/documents/') + '/documents/'.length))
  return new Promise((resolve, reject) => {
    const end = () => {
      signal.removeEventListener('abort', abort)
      stop()
    }
    const fail = (error: Error) => {
      end()
      reject(error)
    }
    const abort = () => fail(signal.reason as Error)
    const stop = file.onSnapshot((snapshot) => {
      if (snapshot.get('record.state') === 'pending') return
      end()
      resolve(snapshot)
    }, fail)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
}
