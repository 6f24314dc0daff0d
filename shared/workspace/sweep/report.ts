import type { FileId } from '../../model/ids.ts'
import type { PendingCount, Recount } from '../../ports/maintenance.ts'

/**
 * The phases in the order in which a sweep runs them:
 * - `pending`: settles or expires pending files;
 * - `folders`: continues operations on folders;
 * - `trash`: purges deleted files after the retention;
 * - `rejected`: purges infected and unscannable files after the retention;
 * - `counters`: recounts the usage and trims the trash to its limit;
 * - `missing`: checks that the bytes of ready files exist;
 * - `orphans`: removes blobs without a record;
 * - `quarantine`: removes quarantined bytes after their retention;
 * - `events`: deletes events after their retention.
 */
export const phases = [
  'pending',
  'folders',
  'trash',
  'rejected',
  'counters',
  'missing',
  'orphans',
  'quarantine',
  'events',
] as const
export type Phase = (typeof phases)[number]

/** Greatest number of examples of each kind, and of failures: the report is one log line. */
const maxNamed = 20

type Action =
  | 'finished'
  | 'continued'
  | 'expired'
  | 'purged'
  | 'repaired'
  | 'missing'
  | 'found'
  | 'orphans'

/** The result of one sweep, or the result that a dry run predicts. */
export interface SweepReport {
  dryRun: boolean
  startedAt: string
  durationMs: number
  /** Whether every phase ended. If not, a later sweep continues from there. */
  complete: boolean
  /** The phases that were due. */
  phases: Partial<Record<Phase, PhaseReport>>
  /** Pending files with bytes: scanned and settled. */
  finished: number
  /** Operations on folders whose steps this sweep has taken. */
  continued: number
  /** Expired reservations: path and quota released. */
  expired: number
  /** Files purged after the retention, or because the trash was full. */
  purged: number
  /** Workspaces whose counters differed from their files. */
  repaired: number
  /** Ready files newly marked as missing. */
  missing: number
  /** Files marked as missing whose bytes exist again. */
  found: number
  /** Blobs older than 24 h without a record. */
  orphans: number
  /** The first of each kind: `{workspaceId}/{fileId}`, `{workspaceId}/{operationId}`, or a blob's storage path. */
  examples: Partial<Record<Action, string[]>>
  /** Counters of the first repaired workspaces, before and after. */
  drifts: ({ workspaceId: string } & Recount)[]
  /** Files pending at the end of the sweep, including open uploads. Undefined if the count failed. */
  pending?: PendingCount
  failureCount: number
  /** The first failed items with their errors. A later sweep retries them. */
  failures: string[]
}

interface PhaseReport {
  /** `stopped`: the time budget is used up. `failed`: a listing failed. */
  outcome: 'ended' | 'stopped' | 'failed'
  /** Number of files, workspaces or blobs examined. */
  examined: number
}

export function newReport(startedAt: Date, dryRun: boolean): SweepReport {
  const counts = {
    finished: 0,
    continued: 0,
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

export function fail(report: SweepReport, item: string, error: unknown): void {
  report.failureCount += 1
  if (report.failures.length < maxNamed) report.failures.push(`${item}: ${String(error)}`)
}

export function addDrift(report: SweepReport, workspaceId: string, drift: Recount): void {
  if (report.drifts.length < maxNamed) report.drifts.push({ workspaceId, ...drift })
}

export function nameOf({ workspaceId, id }: { workspaceId: string; id: FileId }): string {
  return `${workspaceId}/${id}`
}
