import type { PendingFile } from '../../model/file.ts'
import type { Ports } from '../../ports/ports.ts'

interface Tracking {
  receivedBytes: () => number
  /** Called if the file is deleted while its bytes arrive. */
  cancel: () => void
  seconds: number
}

/** Writes the received bytes to a pending file's record every `seconds`, until disposed. */
export function trackProgress(
  catalog: Pick<Ports['catalog'], 'noteProgress' | 'get'>,
  { workspaceId, id }: PendingFile,
  { receivedBytes, cancel, seconds }: Tracking,
): AsyncDisposable {
  let updating: Promise<void> | undefined
  const update = async () => {
    const file = await catalog.noteProgress(workspaceId, id, receivedBytes())
    // The file can be settled before the store's answer arrives. Cancels only if the record is gone.
    if (!file && !(await catalog.get(workspaceId, id))) cancel()
  }
  const timer = setInterval(() => {
    // Skips an interval while an update runs. The next interval retries a failed update.
    updating ??= update()
      .catch(() => undefined)
      .finally(() => (updating = undefined))
  }, seconds * 1000)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await updating
    },
  }
}
