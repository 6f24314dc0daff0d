import type { LocalStorage } from '../../shared/runtime/local-storage.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { sweepOnSchedule } from '../../shared/workspace/sweep/schedule.ts'
import { startLoop } from './loop.ts'
import { reportSweep, type SweepReporters } from '../../shared/observability/maintenance-log.ts'
import { pendingAgeSeconds } from '../../shared/workspace/sweep/defaults.ts'

const intervalMs = 10 * 60 * 1000

/** Sweeps immediately, to finish the work of the last process, and then every ten minutes until disposed. */
export function startSweeping(
  ports: Ports,
  { blobs, exclusiveSince }: Pick<LocalStorage, 'blobs' | 'exclusiveSince'>,
  reporters: SweepReporters,
): AsyncDisposable {
  // Other processes that use the directory own their reservations until these expire.
  const abandonedBefore = exclusiveSince ?? new Date(0)
  // The first sweep of an exclusive process scans every pending file, because no other process works on them.
  let isFirst = exclusiveSince !== undefined
  return startLoop({
    name: 'The sweep',
    log: reporters.log,
    async round(signal) {
      const report = await sweepOnSchedule(ports, {
        pendingAgeSeconds: isFirst ? 0 : pendingAgeSeconds,
        abandonedBefore,
        signal,
      })
      isFirst = false
      reportSweep(report, reporters)
      await blobs.removeStale()
      return intervalMs
    },
  })
}
