import type { FileHandle } from 'node:fs/promises'

/** Less would have the disk commit its journal more often than it gains. */
const aheadBytes = 32 * 1024 * 1024

/** Each holds one of the few threads that every file operation of the process needs, so there is one at a time. */
let isSyncing = false

/**
 * Has the disk write a large file while the rest of it still arrives, so that the sync at its end waits for little.
 * `end` rejects where an early sync failed: the system tells of a lost write only once.
 */
export function syncAhead(file: FileHandle): {
  written: (bytes: number) => void
  end: () => Promise<void>
} {
  let unsyncedBytes = 0
  let last: Promise<void> | undefined
  const sync = async () => {
    isSyncing = true
    unsyncedBytes = 0
    try {
      await last
      await file.datasync()
    } finally {
      isSyncing = false
    }
  }
  return {
    written(bytes) {
      unsyncedBytes += bytes
      if (unsyncedBytes < aheadBytes || isSyncing) return
      last = sync()
      // It is awaited at the end, and nobody comes to that where the body fails first.
      last.catch(() => undefined)
    },
    end: async () => last,
  }
}
