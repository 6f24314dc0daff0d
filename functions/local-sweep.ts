import { setTimeout } from 'node:timers/promises'
import type { LogEntry } from '../shared/http/app-env.ts'
import type { LocalStorage } from '../shared/runtime-local.ts'
import type { Ports } from '../shared/workspace/ports.ts'
import { sweep } from '../shared/workspace/sweep.ts'
import { pendingAgeSeconds } from './sweep.ts'

const intervalMs = 10 * 60 * 1000

/** Orphans are a day old before they are removed, and looking for them reads every directory. */
const sweepsPerOrphanSearch = (24 * 3600 * 1000) / intervalMs

/**
 * Sweeps at once, for what the last process left behind, and then every ten minutes until disposed; for blobs without a
 * record at once and then once a day.
 */
export function startSweeping(
  ports: Ports,
  blobs: LocalStorage['blobs'],
  log: (entry: LogEntry) => void,
): AsyncDisposable {
  const stop = new AbortController()
  const abandonedBefore = ports.now()
  const { signal } = stop
  const loop = async () => {
    for (let count = 0; !signal.aborted; count += 1) {
      const report = await sweep(ports, {
        // The first sweep takes every pending file: whoever was at work on it is gone.
        pendingAgeSeconds: count === 0 ? 0 : pendingAgeSeconds,
        abandonedBefore,
        orphans: count % sweepsPerOrphanSearch === 0,
        signal,
      })
      await blobs.removeStale()
      const severity = report.failures.length > 0 ? 'WARNING' : 'INFO'
      log({ severity, message: 'Swept', ...report })
      await setTimeout(intervalMs, undefined, { signal })
    }
  }
  const ended = loop().catch((error: unknown) => {
    if (!signal.aborted)
      log({ severity: 'ERROR', message: 'The sweep failed', error: String(error) })
  })
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}
