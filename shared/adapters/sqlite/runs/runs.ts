import {
  cancelRequested,
  ended,
  isPurged,
  purgeAtOf,
  runOutputSchema,
  runSchema,
  type Run,
  type RunEnd,
  type RunOutput,
} from '../../../model/runs/run.ts'
import type { RecordedRun, RunKey, RunPage, RunQuery, Runs } from '../../../ports/runs.ts'
import type { Database } from '../database/database.ts'
import { newestFirst } from '../database/newest-first.ts'

/** Each begin deletes up to this many purged runs of any workspace, so the tables do not grow without bound. */
const maxPurgedPerWrite = 20

/** Records of runs in SQLite. */
export class SqliteRuns implements Runs {
  readonly #database: Database
  readonly #now: () => Date

  constructor({ database, now }: { database: Database; now: () => Date }) {
    this.#database = database
    this.#now = now
  }

  async begin(run: Run): Promise<{ run: Run; isNew: boolean }> {
    return this.#database.write(() => {
      this.#deletePurged()
      const { id, workspaceId, session = null, createdAt, leaseUntil } = run
      const existing = this.#read({ workspaceId, id })
      if (existing) return { run: existing, isNew: false }
      this.#database
        .prepare('DELETE FROM runs WHERE id = ? AND purge_at <= ?')
        .run(id, this.#now().toISOString())
      this.#database
        .prepare('INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(id, workspaceId, session, createdAt, leaseUntil, purgeAt(run), JSON.stringify(run))
      return { run, isNew: true }
    })
  }

  async append(key: RunKey, output: RunOutput, cost: number): Promise<boolean> {
    return this.#database.write(() => {
      const run = this.#read(key)
      if (run?.state !== 'running') return false
      this.#replace({ ...run, cost })
      const sql = `INSERT INTO run_outputs SELECT ?, count(*), ? FROM run_outputs WHERE run_id = ?`
      this.#database.prepare(sql).run(run.id, JSON.stringify(output), run.id)
      return true
    })
  }

  async renew(key: RunKey, leaseUntil: string): Promise<Run | undefined> {
    return this.#change(key, (run) => (run.state === 'running' ? { ...run, leaseUntil } : run))
  }

  async end(key: RunKey, end: RunEnd): Promise<Run | undefined> {
    return this.#change(key, (run) => {
      const after = ended(run, end, this.#now())
      if (after !== run && after.state === 'cancelled') this.#deleteOutputs(run.id)
      return after
    })
  }

  async requestCancel(key: RunKey): Promise<Run | undefined> {
    return this.#change(key, cancelRequested)
  }

  async get(key: RunKey): Promise<RecordedRun | undefined> {
    return this.#database.read(() => {
      const run = this.#read(key)
      if (!run) return undefined
      const sql = 'SELECT output FROM run_outputs WHERE run_id = ? ORDER BY position'
      const rows = this.#database.prepare(sql).all(run.id)
      const outputs = rows.map((row) => runOutputSchema.parse(JSON.parse(String(row['output']))))
      return { run, outputs }
    })
  }

  async list(query: RunQuery): Promise<RunPage> {
    const table = { table: 'runs', column: 'run', decode } as const
    const { records, next } = await newestFirst(this.#database, table, {
      ...query,
      now: this.#now(),
    })
    return { runs: records, ...(next && { next }) }
  }

  async listAbandoned(limit: number): Promise<Run[]> {
    const sql = `SELECT run FROM runs INDEXED BY runs_by_lease
      WHERE lease_until <= ? ORDER BY lease_until, id LIMIT ?`
    const now = this.#now().toISOString()
    const rows = await this.#database.read(() => this.#database.prepare(sql).all(now, limit))
    return rows.map((row) => decode(row['run']))
  }

  async #change(key: RunKey, change: (run: Run) => Run): Promise<Run | undefined> {
    return this.#database.write(() => {
      const run = this.#read(key)
      if (!run) return undefined
      const after = change(run)
      if (after !== run) this.#replace(after)
      return after
    })
  }

  #read({ workspaceId, id, session }: RunKey): Run | undefined {
    const row = this.#database.prepare('SELECT run FROM runs WHERE id = ?').get(id)
    const run = row && decode(row['run'])
    if (run?.workspaceId !== workspaceId) return undefined
    if (session !== undefined && run.session !== session) return undefined
    return isPurged(run, this.#now()) ? undefined : run
  }

  #replace(run: Run): void {
    const leaseUntil = run.state === 'running' ? run.leaseUntil : null
    this.#database
      .prepare('UPDATE runs SET lease_until = ?, run = ? WHERE id = ?')
      .run(leaseUntil, JSON.stringify(run), run.id)
  }

  #deleteOutputs(id: string): void {
    this.#database.prepare('DELETE FROM run_outputs WHERE run_id = ?').run(id)
  }

  /** Foreign keys delete the outputs. */
  #deletePurged(): void {
    const sql = `DELETE FROM runs WHERE id IN (SELECT id FROM runs INDEXED BY runs_by_purge
      WHERE purge_at <= ? ORDER BY purge_at LIMIT ${maxPurgedPerWrite})`
    this.#database.prepare(sql).run(this.#now().toISOString())
  }
}

function purgeAt(run: Run): string {
  return purgeAtOf(run).toISOString()
}

function decode(run: unknown): Run {
  return runSchema.parse(JSON.parse(String(run)))
}
