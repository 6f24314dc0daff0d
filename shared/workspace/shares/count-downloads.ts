import type { Ports } from '../../ports/ports.ts'

/** The shortest time between two writes of one share in one process: at most 6 writes a minute, whatever the downloads. */
export const countingMs = 10_000

export interface DownloadCounter {
  /** Counts a download. Writes the first at once and those of the next `countingMs` together. Never throws. */
  add(shareId: string): Promise<void>
  /** Writes the counts that are not written yet. */
  flush(): Promise<void>
}

/**
 * Counts the downloads of shares. While the catalog fails, counts are kept and written later. A process that is killed loses the
 * downloads of up to `countingMs`, and those that Cloud Run gives it no CPU to write.
 */
export function openDownloadCounter(
  { shares, now }: Pick<Ports, 'shares' | 'now'>,
  windowMs = countingMs,
): DownloadCounter {
  /** By share, while its window is open. */
  const unwritten = new Map<string, { count: number; at: Date }>()

  async function write(id: string, downloads: { count: number; at: Date }): Promise<void> {
    try {
      await shares.countDownloads(id, downloads)
    } catch {
      // The download continues, and telemetry has the error. The window may have closed meanwhile.
      if (!unwritten.has(id)) openWindow(id)
      const { count = 0 } = unwritten.get(id) ?? {}
      unwritten.set(id, { count: count + downloads.count, at: downloads.at })
    }
  }

  /** Opens the window of a share, during which its downloads are only added up. */
  function openWindow(id: string): void {
    unwritten.set(id, { count: 0, at: now() })
    setTimeout(() => void closeWindow(id), windowMs).unref()
  }

  async function closeWindow(id: string): Promise<void> {
    const downloads = unwritten.get(id)
    unwritten.delete(id)
    if (downloads === undefined || downloads.count === 0) return
    openWindow(id)
    await write(id, downloads)
  }

  return {
    async add(id) {
      const waiting = unwritten.get(id)
      if (waiting) {
        unwritten.set(id, { count: waiting.count + 1, at: now() })
        return
      }
      openWindow(id)
      await write(id, { count: 1, at: now() })
    },
    async flush() {
      const all = [...unwritten].filter(([, { count }]) => count > 0)
      for (const [id] of all) unwritten.set(id, { count: 0, at: now() })
      await Promise.all(all.map(([id, downloads]) => write(id, downloads)))
    },
  }
}
