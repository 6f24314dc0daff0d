import type { FileHandle } from 'node:fs/promises'

/** With smaller steps, the file system's journal commits cost more than the early syncs save. */
const aheadBytes = 32 * 1024 * 1024

/** Only one early sync runs at a time, because each occupies a thread of the pool that all file operations share. */
let isSyncing = false

/**
 * Syncs a large file while the rest of it arrives, so that the final sync is short. `end` rejects if an early sync failed,
 * because the kernel reports a lost write only once.
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
      // `end` awaits it. If the body fails first, `end` is not called and the rejection would be unhandled.
      last.catch(() => undefined)
    },
    end: async () => last,
  }
}
