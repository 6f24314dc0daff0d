import type { RescanRate } from '../../shared/config/config.ts'
import type { LogEntry } from '../../shared/observability/log.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import {
  rescan,
  type RescanPosition,
  type RescanReport,
} from '../../shared/workspace/scan/rescan.ts'
import { startLoop } from './loop.ts'
import { rescanEntry } from '../../shared/observability/maintenance-log.ts'

const minuteMs = 60_000

/** The interval between checks for new signatures. Each run scans what the rate allows in it. */
const runMs = 10_000

/** The pause after a run with failures. */
const retryMs = 10 * minuteMs

/** Scans files again in the background until disposed. Disposing aborts the running scans; a later run repeats them. */
export function startRescanning(
  ports: Ports,
  rate: RescanRate,
  log: (entry: LogEntry) => void,
): AsyncDisposable {
  let from: RescanPosition | undefined
  return startLoop({
    name: 'Scanning again',
    log,
    async round(signal) {
      const { next, ...report } = await rescan(ports, {
        maxFiles: Math.ceil((rate.filesPerMinute * runMs) / minuteMs),
        maxBytes: (rate.bytesPerMinute * runMs) / minuteMs,
        signal,
        ...(from && { from }),
      })
      from = next
      if (report.scanned > 0 || report.failures.length > 0) {
        log({ ...rescanEntry(report), ...report })
      }
      return restMs(report, rate)
    },
  })
}

/** The time in which the rate allows the scanned files and bytes. A large file can exceed the limit of a run. */
function restMs(
  { scanned, scannedBytes, failures }: RescanReport,
  { filesPerMinute, bytesPerMinute }: RescanRate,
): number {
  if (failures.length > 0) return retryMs
  const minutes = Math.max(scanned / filesPerMinute, scannedBytes / bytesPerMinute)
  return Math.max(runMs, minutes * minuteMs)
}
