import type { DocumentReference } from '@google-cloud/firestore'

/** Listens to a file until it is not pending. Billed as one read, and one more for each change. */
export function untilSettled(file: DocumentReference, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', abort)
      stop()
      settle()
    }
    const abort = () => end(() => reject(signal.reason as Error))
    const stop = file.onSnapshot(
      (snapshot) => {
        if (snapshot.get('record.state') !== 'pending') end(resolve)
      },
      (error) => end(() => reject(error)),
    )
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
}
