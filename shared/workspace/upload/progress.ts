import type { PendingFile } from '../../model/file.ts'
import type { Ports } from '../../ports/ports.ts'

interface Tracking {
  receivedBytes: () => number
  /** Called where the file is gone, though its bytes still come. */
  cancel: () => void
  seconds: number
}

/** Notes at intervals in a pending file what has arrived of it, until it is disposed. */
export function trackProgress(
  catalog: Pick<Ports['catalog'], 'noteProgress' | 'get'>,
  { workspaceId, id }: PendingFile,
  { receivedBytes, cancel, seconds }: Tracking,
): AsyncDisposable {
  let noting: Promise<void> | undefined
  const note = async () => {
    const file = await catalog.noteProgress(workspaceId, id, receivedBytes())
    // The store may have committed and the file be settled, before its answer is here: that is no reason to break off.
    if (!file && !(await catalog.get(workspaceId, id))) cancel()
  }
  const timer = setInterval(() => {
    // One at a time; one that fails is made good by the next.
    noting ??= note()
      .catch(() => undefined)
      .finally(() => (noting = undefined))
  }, seconds * 1000)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await noting
    },
  }
}
