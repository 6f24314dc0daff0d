import type { FinalizeEvent } from '../../../ports/blob-store.ts'
import type { Database } from '../database/database.ts'

/** An event that is leased to this process. `attempts` includes the current delivery. */
export interface QueuedEvent extends FinalizeEvent {
  id: number
  attempts: number
}

/** A lease: until when, in milliseconds since 1970, and for which process. */
interface Lease {
  owner: string
  until: number
}

/**
 * Coalesces with a queued duplicate. If the event is already being handled, enqueues another, because the handler may have
 * read the blob too early. With `lease`, enqueues the event as claimed and returns it, unless another event is due, which goes
 * first.
 */
export function pushEvent(
  database: Database,
  { storagePath, generation }: FinalizeEvent,
  { now, lease }: { now: Date; lease?: Lease },
): QueuedEvent | undefined {
  const at = now.getTime()
  const coalesce = `UPDATE events SET available_at = min(available_at, :at)
    WHERE storage_path = :storagePath AND generation = :generation AND owner IS NULL`
  if (database.prepare(coalesce).run({ storagePath, generation, at }).changes > 0) return undefined
  const isClaimed = lease !== undefined && (nextAvailable(database, lease.owner) ?? Infinity) > at
  const insert = `INSERT INTO events (storage_path, generation, queued_at, available_at, attempts, owner)
    VALUES (:storagePath, :generation, :at, :availableAt, :attempts, :owner)`
  const { lastInsertRowid } = database.prepare(insert).run({
    storagePath,
    generation,
    at,
    availableAt: isClaimed ? lease.until : at,
    attempts: Number(isClaimed),
    owner: isClaimed ? lease.owner : null,
  })
  return isClaimed
    ? { id: Number(lastInsertRowid), attempts: 1, storagePath, generation }
    : undefined
}

/**
 * Round-robin over the workspaces. Numbers the due events of each workspace, starting after the number of events already
 * leased to the owner. Orders the events of all workspaces by these numbers.
 */
const roundRobin = `
  WITH RECURSIVE workspaces (name) AS (
    SELECT min(workspace_id) FROM events
    UNION ALL
    SELECT (SELECT min(workspace_id) FROM events WHERE workspace_id > name)
      FROM workspaces WHERE name IS NOT NULL
  ),
  due AS (
    SELECT events.id, events.available_at,
      row_number() OVER (PARTITION BY name ORDER BY events.available_at, events.id)
        + (SELECT count(*) FROM events WHERE workspace_id = name AND owner IS :owner) AS turn
      FROM workspaces JOIN events ON events.id IN (
        SELECT id FROM events
          WHERE workspace_id = name AND available_at <= :now AND owner IS NOT :owner
          ORDER BY available_at, id LIMIT :share
      )
  )
  SELECT id FROM due WHERE turn <= :share ORDER BY turn, available_at, id LIMIT :limit`

/**
 * Leases due events to the owner, at most `share` of one workspace. `available_at` becomes the end of the lease, after which
 * any process may claim the event.
 */
export function claimEvents(
  database: Database,
  claim: { owner: string; limit: number; share: number; now: Date; leaseMs: number },
): QueuedEvent[] {
  const { owner, limit, share, leaseMs } = claim
  const now = claim.now.getTime()
  const sql = `UPDATE events SET owner = :owner, attempts = attempts + 1, available_at = :until
    WHERE id IN (${roundRobin})
    RETURNING id, attempts, storage_path, generation`
  const rows = database.prepare(sql).all({ owner, limit, share, now, until: now + leaseMs })
  return rows.map((row) => ({
    id: Number(row['id']),
    attempts: Number(row['attempts']),
    storagePath: String(row['storage_path']),
    generation: String(row['generation']),
  }))
}

export function renewLeases(database: Database, { owner, until }: Lease): void {
  database.prepare('UPDATE events SET available_at = ? WHERE owner = ?').run(until, owner)
}

export function finishEvent(database: Database, id: number): void {
  database.prepare('DELETE FROM events WHERE id = ?').run(id)
}

/** Ends a lease before its time. Does nothing if another process has claimed the event. */
export function postponeEvent(
  database: Database,
  { id, owner, availableAt }: { id: number; owner: string; availableAt: number },
): void {
  const sql = 'UPDATE events SET owner = NULL, available_at = ? WHERE id = ? AND owner = ?'
  database.prepare(sql).run(availableAt, id, owner)
}

/** When the next event that is not leased to `owner` becomes available after `after`. Both are milliseconds since 1970. */
export function nextAvailable(
  database: Database,
  owner: string,
  after = -Infinity,
): number | undefined {
  const sql = `SELECT available_at FROM events WHERE owner IS NOT ? AND available_at > ?
    ORDER BY available_at, id LIMIT 1`
  const row = database.prepare(sql).get(owner, after)
  return row && Number(row['available_at'])
}

export function countEvents(database: Database): number {
  return Number(database.prepare('SELECT count(*) AS events FROM events').get()?.['events'])
}

export function oldestEvent(database: Database): Date | undefined {
  const queuedAt = database.prepare('SELECT min(queued_at) AS at FROM events').get()?.['at']
  return queuedAt == null ? undefined : new Date(Number(queuedAt))
}
