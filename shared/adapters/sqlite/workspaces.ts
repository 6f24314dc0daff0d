import type { FileChange } from '../../model/trail/entry-of.ts'
import {
  type Counters,
  type Allowance,
  type Usage,
  applyDelta as applyDeltaTo,
  counterNames,
  countersOf,
  noCounters,
} from '../../model/usage.ts'
import type { Database } from './database/database.ts'

const columns: Record<keyof Counters, string> = {
  liveBytes: 'live_bytes',
  liveCount: 'live_count',
  reservedBytes: 'reserved_bytes',
  trashBytes: 'trash_bytes',
  recordCount: 'record_count',
  trashCount: 'trash_count',
  openUploads: 'open_uploads',
  metadataBytes: 'metadata_bytes',
  trashMetadataBytes: 'trash_metadata_bytes',
}

export function readUsage(
  database: Database,
  workspaceId: string,
  { quotaBytes, recordLimits }: Allowance,
): Usage {
  const sql = `SELECT ${Object.values(columns).join(', ')}, quota_bytes FROM workspaces WHERE id = ?`
  const row = database.prepare(sql).get(workspaceId)
  return {
    ...countersOfRow(row),
    ...recordLimits,
    quotaBytes: Number(row?.['quota_bytes'] ?? quotaBytes),
  }
}

/** Reads counters from a row with the columns of the table `workspaces`. */
export function countersOfRow(row: Record<string, unknown> | undefined): Counters {
  const usage = { ...noCounters }
  for (const name of counterNames) usage[name] = Number(row?.[columns[name]] ?? 0)
  return usage
}

/** The sequence of the file that was reserved last; 0 in an unknown workspace. */
export function lastSequence(database: Database, workspaceId: string): number {
  const row = database.prepare('SELECT last_sequence FROM workspaces WHERE id = ?').get(workspaceId)
  return Number(row?.['last_sequence'] ?? 0)
}

/** Creates the workspace if it does not exist. */
export function nextSequence(database: Database, workspaceId: string): number {
  const sql = `INSERT INTO workspaces (id, last_sequence) VALUES (?, 1)
    ON CONFLICT (id) DO UPDATE SET last_sequence = last_sequence + 1 RETURNING last_sequence`
  return Number(database.prepare(sql).get(workspaceId)?.['last_sequence'])
}

/** Creates the workspace if it does not exist. */
export function writeQuota(
  database: Database,
  workspaceId: string,
  quotaBytes: number | null,
): void {
  const sql = `INSERT INTO workspaces (id, quota_bytes) VALUES (:id, :quota)
    ON CONFLICT (id) DO UPDATE SET quota_bytes = :quota`
  database.prepare(sql).run({ id: workspaceId, quota: quotaBytes })
}

/** Adds the difference between two versions of a file to the counters, and `events` to the number of the latest event. */
export function applyDelta(
  database: Database,
  workspaceId: string,
  { before, after, events }: FileChange & { events: number },
): void {
  const counters = { before: countersOf(before), after: countersOf(after) }
  adjustCounters(database, workspaceId, { ...counters, events })
}

/** Adds `after - before` to the counters, and `events` to the number of the latest event. */
export function adjustCounters(
  database: Database,
  workspaceId: string,
  { before, after, events = 0 }: { before: Counters; after: Counters; events?: number },
): void {
  const growth = applyDeltaTo(after, before, -1)
  const changed = counterNames.filter((name) => growth[name] !== 0)
  const assignments = changed.map((name) => `${columns[name]} = ${columns[name]} + :${name}`)
  if (events > 0) assignments.push('last_event = last_event + :events')
  if (assignments.length === 0) return
  const sql = `UPDATE workspaces SET ${assignments.join(', ')} WHERE id = :id`
  const values = Object.fromEntries(changed.map((name) => [name, growth[name]] as const))
  database.prepare(sql).run({ id: workspaceId, ...values, ...(events > 0 && { events }) })
}
