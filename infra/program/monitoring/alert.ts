import type { Settings } from '../settings.ts'

/** One alert: what is watched, and what the runbook says of it. */
export interface Alert {
  id: string
  title: string
  severity: 'CRITICAL' | 'ERROR' | 'WARNING'
  /** In words, for the runbook. */
  when: string
  meaning: string
  todo: string[]
  conditions: (settings: Settings) => Threshold[]
}

/** A series of Cloud Monitoring, and the value above which it is too much. */
export interface Threshold {
  title: string
  filter: string
  /** For a share: what the first is a part of. */
  denominator?: string
  aligner: string
  reducer?: string
  groupBy?: string[]
  above: number
  /** How long it has to be so. */
  seconds: number
  windowSeconds?: number
}
