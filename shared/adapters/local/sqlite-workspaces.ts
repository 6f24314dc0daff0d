import type { FileRecord } from '../../workspace/file.ts'
import type { Usage } from '../../workspace/ports.ts'
import { holdingsOf, type Holdings } from '../../workspace/transitions.ts'
import type { Database } from './database.ts'

export function readUsage(database: Database, workspaceId: string, quotaBytes: number): Usage {
  const sql = `SELECT live_bytes, live_count, reserved_bytes, trash_bytes, quota_bytes
    FROM workspaces WHERE id = ?`
  const row = database.prepare(sql).get(workspaceId)
  return {
    liveBytes: Number(row?.['live_bytes'] ?? 0),
    liveCount: Number(row?.['live_count'] ?? 0),
    reservedBytes: Number(row?.['reserved_bytes'] ?? 0),
    trashBytes: Number(row?.['trash_bytes'] ?? 0),
    quotaBytes: Number(row?.['quota_bytes'] ?? quotaBytes),
  }
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
export function addHoldings(
  database: Database,
  workspaceId: string,
  { before, after }: { before?: FileRecord; after?: FileRecord },
): void {
  moveCounters(database, workspaceId, { held: holdingsOf(before), holds: holdingsOf(after) })
}

export function moveCounters(
  database: Database,
  workspaceId: string,
  { held, holds }: { held: Holdings; holds: Holdings },
): void {
  const sql = `UPDATE workspaces SET live_bytes = live_bytes + :liveBytes,
    live_count = live_count + :liveCount, reserved_bytes = reserved_bytes + :reservedBytes,
    trash_bytes = trash_bytes + :trashBytes WHERE id = :id`
  database.prepare(sql).run({
    id: workspaceId,
    liveBytes: holds.liveBytes - held.liveBytes,
    liveCount: holds.liveCount - held.liveCount,
    reservedBytes: holds.reservedBytes - held.reservedBytes,
    trashBytes: holds.trashBytes - held.trashBytes,
  })
}
