import type { RescanReport } from '../workspace/scan/rescan.ts'
import type { SweepReport } from '../workspace/sweep/report.ts'
import type { LogEntry } from './log.ts'
import type { Telemetry } from './telemetry.ts'

export interface SweepReporters {
  log: (entry: LogEntry) => void
  telemetry?: Pick<Telemetry, 'swept'> | undefined
}

/** Logs a sweep and counts its results. Does not count a dry run. */
export function reportSweep(report: SweepReport, { log, telemetry }: SweepReporters): void {
  log(sweepEntry(report))
  if (!report.dryRun) telemetry?.swept(report)
}

/** The log line of a sweep. Missing bytes are an ERROR, because an operator must restore them. */
export function sweepEntry(report: SweepReport): LogEntry {
  const warning = report.failureCount > 0 || report.repaired > 0 ? 'WARNING' : 'INFO'
  const severity = report.missing > 0 ? 'ERROR' : warning
  return { severity, message: report.dryRun ? 'Swept (dry run)' : 'Swept', ...report }
}

/** The log line of a rescan. An infected file that was served is an ERROR, because an operator must inform its readers. */
export function rescanEntry({ infectedAfterwards, failures }: RescanReport): LogEntry {
  const warning = failures.length > 0 ? 'WARNING' : 'INFO'
  return { severity: infectedAfterwards.length > 0 ? 'ERROR' : warning, message: 'Scanned again' }
}
