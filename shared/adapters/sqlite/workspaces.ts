import type { FileRecord } from '../../model/file.ts'
import {
  type UsageDelta,
  type RecordLimits,
  type Usage,
  applyDelta as applyDeltaTo,
  counterNames,
  usageDeltaOf,
} from '../../model/usage.ts'
import type { Database } from './database/database.ts'

/** What the deployment allows a workspace that has no quota of its own. */
export interface Allowance {
  quotaBytes: number
  recordLimits: RecordLimits
}

const columns: Record<keyof UsageDelta, string> = {
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
    ...usageOfRow(row),
    ...recordLimits,
    quotaBytes: Number(row?.['quota_bytes'] ?? quotaBytes),
  }
}

/** Counters from a row that names them as the table does. */
export function usageOfRow(row: Record<string, unknown> | undefined): UsageDelta {
  const holdings = { ...usageDeltaOf(undefined) }
  for (const name of counterNames) holdings[name] = Number(row?.[columns[name]] ?? 0)
  return holdings
}

/** Makes the workspace on first use. */
export function nextSequence(database: Database, workspaceId: string): number {
  const sql = `INSERT INTO workspaces (id, last_sequence) VALUES (?, 1)
    ON CONFLICT (id) DO UPDATE SET last_sequence = last_sequence + 1 RETURNING last_sequence`
  return Number(database.prepare(sql).get(workspaceId)?.['last_sequence'])
}

/** Makes the workspace where it was never used. */
export function writeQuota(
  database: Database,
  workspaceId: string,
  quotaBytes: number | null,
): void {
  const sql = `INSERT INTO workspaces (id, quota_bytes) VALUES (:id, :quota)
    ON CONFLICT (id) DO UPDATE SET quota_bytes = :quota`
  database.prepare(sql).run({ id: workspaceId, quota: quotaBytes })
}

/** Moves the counters by the difference between what a file held and what it holds. */
export function applyDelta(
  database: Database,
  workspaceId: string,
  { before, after }: { before?: FileRecord; after?: FileRecord },
): void {
  moveCounters(database, workspaceId, { held: usageDeltaOf(before), holds: usageDeltaOf(after) })
}

export function moveCounters(
  database: Database,
  workspaceId: string,
  { held, holds }: { held: UsageDelta; holds: UsageDelta },
): void {
  const growth = applyDeltaTo(holds, held, -1)
  const moved = counterNames.filter((name) => growth[name] !== 0)
  if (moved.length === 0) return
  const assignments = moved.map((name) => `${columns[name]} = ${columns[name]} + :${name}`)
  const sql = `UPDATE workspaces SET ${assignments.join(', ')} WHERE id = :id`
  const values = moved.map((name) => [name, growth[name]] as const)
  database.prepare(sql).run({ id: workspaceId, ...Object.fromEntries(values) })
}
