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

/** How often to ask whether the signatures have changed, and how much to scan again at once. */
const runMs = 10_000

/** What has failed is left alone for so long. */
const retryMs = 10 * minuteMs

/** Scans files again in the background, until disposed; what is being scanned then is given up and scanned another time. */
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

/** As long as what was scanned takes at the rate: one large file may go far beyond a run's share. */
function restMs(
  { scanned, scannedBytes, failures }: RescanReport,
  { filesPerMinute, bytesPerMinute }: RescanRate,
): number {
  if (failures.length > 0) return retryMs
  const minutes = Math.max(scanned / filesPerMinute, scannedBytes / bytesPerMinute)
  return Math.max(runMs, minutes * minuteMs)
}
