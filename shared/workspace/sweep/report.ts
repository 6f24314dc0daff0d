import type { FileId } from '../../model/ids.ts'
import type { PendingCount, Recount } from '../../ports/maintenance.ts'

/**
 * What a sweep does, in this order: pending files are finished or expired; the trash is purged by age, and so are files
 * that a later scan rejected; counters are counted anew and the trash is cut to its room; ready files are asked for their
 * bytes; blobs are asked for their records; what has been in quarantine for too long is removed.
 */
export const phases = [
  'pending',
  'trash',
  'rejected',
  'counters',
  'missing',
  'orphans',
  'quarantine',
] as const
export type Phase = (typeof phases)[number]

/** How many examples of each kind, and how many failures, a report names: it stays one log line. */
const maxNamed = 20

type Action = 'finished' | 'expired' | 'purged' | 'repaired' | 'missing' | 'found' | 'orphans'

/** What one sweep did; of a dry run, what it would have done. */
export interface SweepReport {
  dryRun: boolean
  startedAt: string
  durationMs: number
  /** Whether every phase came to its end; else a later sweep goes on where this one stopped. */
  complete: boolean
  /** The phases that were due. */
  phases: Partial<Record<Phase, PhaseReport>>
  /** Pending files whose bytes were there: scanned and settled. */
  finished: number
  /** Reservations whose time had passed: path and quota given back. */
  expired: number
  /** Files that had been in the trash, or rejected, for longer than the retention, or for which there was no room. */
  purged: number
  /** Workspaces whose counters were not what their files add up to. */
  repaired: number
  /** Ready files whose bytes turned out to be missing. */
  missing: number
  /** Files that were marked as missing, and whose bytes are there again. */
  found: number
  /** Blobs older than 24 h that no record stands for. */
  orphans: number
  /** The first of each kind: `{workspaceId}/{fileId}`, or a blob's storage path. */
  examples: Partial<Record<Action, string[]>>
  /** What the first repaired workspaces' counters said, and what their files add up to. */
  drifts: ({ workspaceId: string } & Recount)[]
  /** What is still pending when the sweep ends, open uploads too; undefined where it could not be counted. */
  pending?: PendingCount
  failureCount: number
  /** What could not be dealt with this time, the first of it; a later sweep tries again. */
  failures: string[]
}

export interface PhaseReport {
  /** `stopped`: by the time budget. `failed`: a listing could not be completed. */
  outcome: 'ended' | 'stopped' | 'failed'
  /** Files, workspaces or blobs looked at. */
  examined: number
}

export function newReport(startedAt: Date, dryRun: boolean): SweepReport {
  const counts = {
    finished: 0,
    expired: 0,
    purged: 0,
    repaired: 0,
    missing: 0,
    found: 0,
    orphans: 0,
  }
  return {
    dryRun,
    startedAt: startedAt.toISOString(),
    durationMs: 0,
    complete: false,
    phases: {},
    ...counts,
    examples: {},
    drifts: [],
    failureCount: 0,
    failures: [],
  }
}

export function count(report: SweepReport, action: Action, ...examples: string[]): void {
  report[action] += examples.length
  const named = (report.examples[action] ??= [])
  named.push(...examples.slice(0, maxNamed - named.length))
}

export function fail(report: SweepReport, what: string, error: unknown): void {
  report.failureCount += 1
  if (report.failures.length < maxNamed) report.failures.push(`${what}: ${String(error)}`)
}

export function addDrift(report: SweepReport, workspaceId: string, drift: Recount): void {
  if (report.drifts.length < maxNamed) report.drifts.push({ workspaceId, ...drift })
}

export function nameOf({ workspaceId, id }: { workspaceId: string; id: FileId }): string {
  return `${workspaceId}/${id}`
}
