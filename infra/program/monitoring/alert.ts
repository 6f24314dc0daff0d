import type { Settings } from '../settings.ts'

/** One alert policy. Its documentation is the section `id` of docs/runbook.md. */
export interface Alert {
  id: string
  title: string
  severity: 'CRITICAL' | 'ERROR' | 'WARNING'
  conditions: (settings: Settings) => Threshold[]
}

/** A time series of Cloud Monitoring and its limit. */
export interface Threshold {
  title: string
  filter: string
  /** For a ratio: the series to divide by. */
  denominator?: string
  aligner: string
  reducer?: string
  groupBy?: string[]
  /** The condition is true above this value. */
  above: number
  /** How long the condition must be true before the alert fires. */
  seconds: number
  /** The period of one value of the series. Default: 300. */
  windowSeconds?: number
}
