import type { SQLOutputValue } from 'node:sqlite'
import {
  defaultEventRetentionDays,
  trailEventSchema,
  type TrailEvent,
} from '../../../model/trail/event.ts'
import { assertKept, expiryOf } from '../../../model/trail/expired.ts'
import type { Trail, TrailPage, TrailPurge, TrailQuery } from '../../../ports/trail.ts'
import type { Database } from '../database/database.ts'
import { eventOrTimeout } from '../event-or-timeout.ts'
import { trailSignals } from './signals.ts'

/** The interval between two polls for the events of other processes. */
const pollMs = 500

type PurgeRequest = Parameters<Trail['purgeExpired']>[0]

interface TrailOptions {
  database: Database
  /** Default: `defaultEventRetentionDays`. */
  eventRetentionDays?: number | undefined
  now: () => Date
}

/** The trail in SQLite. */
export class SqliteTrail implements Trail {
  readonly #database: Database
  readonly #retentionDays: number
  readonly #now: () => Date

  constructor({ database, eventRetentionDays, now }: TrailOptions) {
    this.#database = database
    this.#retentionDays = eventRetentionDays ?? defaultEventRetentionDays
    this.#now = now
  }

  async latest(workspaceId: string): Promise<number> {
    return this.#database.read(() => this.#readLatest(workspaceId))
  }

  async page(workspaceId: string, query: TrailQuery): Promise<TrailPage> {
    return this.#database.read(() => this.#readPage(workspaceId, query))
  }

  async awaitPage(workspaceId: string, query: TrailQuery, signal: AbortSignal): Promise<TrailPage> {
    const { emitter } = trailSignals(this.#database)
    let isOutdated = true
    const outdate = () => void (isOutdated = true)
    // Listens before the first read, so that no event between a read and the wait is missed.
    emitter.on(workspaceId, outdate)
    try {
      for (;;) {
        signal.throwIfAborted()
        isOutdated = false
        if ((await this.latest(workspaceId)) > query.after)
          return await this.page(workspaceId, query)
        if (!isOutdated) await eventOrTimeout(emitter, workspaceId, { timeoutMs: pollMs, signal })
      }
    } finally {
      emitter.off(workspaceId, outdate)
    }
  }

  /** Visits at most `limit` workspaces. The events of a workspace expire in order, so no index on the time is needed. */
  async purgeExpired({ limit, from = '' }: PurgeRequest): Promise<TrailPurge> {
    const expiry = this.#expiry.toISOString()
    return this.#database.write(() => {
      let purged = 0
      let next = this.#workspaceFrom('>=', from)
      for (let passed = 0; next !== undefined && passed < limit; passed += 1) {
        const left = limit - purged
        const deleted = this.#purge(next, { expiry, limit: left })
        purged += deleted
        if (deleted === left) break
        next = this.#workspaceFrom('>', next)
      }
      return { purged, next }
    })
  }

  #workspaceFrom(comparison: '>' | '>=', id: string): string | undefined {
    const sql = `SELECT workspace_id AS id FROM trail WHERE workspace_id ${comparison} ? ORDER BY workspace_id LIMIT 1`
    const row = this.#database.prepare(sql).get(id)
    return row && String(row['id'])
  }

  #purge(workspaceId: string, { expiry, limit }: { expiry: string; limit: number }): number {
    const oldest = 'SELECT sequence, at FROM trail WHERE workspace_id = ? ORDER BY sequence LIMIT ?'
    const rows = this.#database.prepare(oldest).all(workspaceId, limit)
    const kept = rows.findIndex(({ at }) => String(at) >= expiry)
    const last = (kept === -1 ? rows : rows.slice(0, kept)).at(-1)
    if (!last) return 0
    const sql = 'DELETE FROM trail WHERE workspace_id = ? AND sequence <= ?'
    return Number(this.#database.prepare(sql).run(workspaceId, last['sequence'] ?? null).changes)
  }

  get #expiry(): Date {
    return expiryOf(this.#now(), this.#retentionDays)
  }

  #readPage(workspaceId: string, { after, limit }: TrailQuery): TrailPage {
    const latest = this.#readLatest(workspaceId)
    const sql = `SELECT sequence, at, entry FROM trail
      WHERE workspace_id = ? AND sequence > ? ORDER BY sequence LIMIT ?`
    const isBehind = after < latest
    const rows = isBehind ? this.#database.prepare(sql).all(workspaceId, after, limit) : []
    const events = rows.map(decode)
    assertKept(after, events[0], { latest, expiry: this.#expiry })
    return { events, latest }
  }

  #readLatest(workspaceId: string): number {
    const sql = 'SELECT last_event FROM workspaces WHERE id = ?'
    return Number(this.#database.prepare(sql).get(workspaceId)?.['last_event'] ?? 0)
  }
}

function decode(row: Record<string, SQLOutputValue>): TrailEvent {
  const entry: unknown = JSON.parse(String(row['entry']))
  return trailEventSchema.parse({
    sequence: Number(row['sequence']),
    at: String(row['at']),
    ...(entry as object),
  })
}
