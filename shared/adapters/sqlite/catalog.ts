import { EventEmitter } from 'node:events'
import type { FileRecord, InfectedFile, PendingFile, ReadyFile } from '../../model/file.ts'
import type { FileId, SessionId, WorkspacePath } from '../../model/ids.ts'
import type { ListPage, ListQuery } from '../../model/listing.ts'
import type { ReserveRequest } from '../../model/reservation.ts'
import type { Refusal, SettleResult } from '../../model/settlement.ts'
import type { RescanOutcome, Settlement } from '../../model/verdict.ts'
import type { Allowance, Usage } from '../../model/usage.ts'
import type {
  Catalog,
  Destination,
  FileChanges,
  FileKey,
  Removal,
  SessionRemoval,
} from '../../ports/catalog.ts'
import type {
  Maintenance,
  OutdatedQuery,
  PendingCount,
  Recount,
  RejectedFile,
  RejectedQuery,
  SweepQuery,
} from '../../ports/maintenance.ts'
import { defaultRecordLimits } from '../../model/record-limits.ts'
import type { Database } from './database/database.ts'
import * as changes from './changes.ts'
import { SqliteFolders } from './folders/folders.ts'
import { SqliteLinks } from './folders/links.ts'
import { listFiles } from './list.ts'
import { readRefusal } from './refusals.ts'
import { applyRescan, listOutdated, listRejected } from './rescan.ts'
import { reserveFile } from './reserve.ts'
import * as rows from './rows.ts'
import { removeSession } from './session.ts'
import { settleFile } from './settle.ts'
import { SqliteRuns } from './runs/runs.ts'
import { SqliteShares } from './shares/shares.ts'
import { recount } from './recount.ts'
import * as sweeps from './sweep.ts'
import { SqliteTrail } from './trail/trail.ts'
import { trimTrash } from './trash.ts'
import { readUsage, writeQuota } from './workspaces.ts'
import { awaitSettled } from './await-settled.ts'
import type { SqliteCatalogOptions } from './catalog-options.ts'

/** The catalog in SQLite. Each change is one transaction, so several processes may share the database file. */
export class SqliteCatalog implements Catalog, Maintenance {
  readonly folders: SqliteFolders
  readonly links: SqliteLinks
  readonly runs: SqliteRuns
  readonly shares: SqliteShares
  readonly trail: SqliteTrail
  readonly #database: Database
  readonly #allowance: Allowance
  readonly #now: () => Date
  /** Emits a file's key when this process has changed the file. */
  readonly #changed = new EventEmitter().setMaxListeners(0)

  constructor(options: SqliteCatalogOptions) {
    const { database, quotaBytes, recordLimits = defaultRecordLimits, now } = options
    this.#database = database
    this.#allowance = { quotaBytes, recordLimits }
    this.#now = now
    this.links = new SqliteLinks(options)
    this.runs = new SqliteRuns(options)
    this.shares = new SqliteShares(options)
    this.trail = new SqliteTrail(options)
    this.folders = new SqliteFolders({ database, allowance: this.#allowance, now })
  }

  async reserve(request: ReserveRequest): Promise<PendingFile> {
    const facts = { allowance: this.#allowance, now: this.#now }
    return this.#database.write(() => reserveFile(this.#database, request, facts))
  }

  async settle({ workspaceId, id }: FileKey, outcome: Settlement): Promise<SettleResult> {
    return this.#change(
      workspaceId,
      id,
      ({ database, ...facts }, file) => settleFile(database, file, { outcome, ...facts }),
      ({ file }) => file,
    )
  }

  async noteProgress(
    workspaceId: string,
    id: FileId,
    receivedBytes: number,
  ): Promise<PendingFile | undefined> {
    return this.#change(workspaceId, id, (context, file) =>
      changes.noteProgress(context, file, receivedBytes),
    )
  }

  async awaitSettled(
    workspaceId: string,
    id: FileId,
    signal: AbortSignal,
  ): Promise<FileRecord | undefined> {
    const key = { workspaceId, id }
    const event = { emitter: this.#changed, name: keyOf(workspaceId, id) }
    return awaitSettled(this.#database, key, { event, signal })
  }

  async applyRescan(
    workspaceId: string,
    id: FileId,
    outcome: RescanOutcome,
  ): Promise<ReadyFile | InfectedFile | undefined> {
    const change = { outcome, now: this.#now() }
    return this.#database.write(() => applyRescan(this.#database, { workspaceId, id }, change))
  }

  async refusal(workspaceId: string, id: FileId): Promise<Refusal | undefined> {
    return this.#database.read(() => readRefusal(this.#database, workspaceId, id))
  }

  async update(
    workspaceId: string,
    id: FileId,
    requested: FileChanges,
  ): Promise<FileRecord | undefined> {
    return this.#change(workspaceId, id, (context, file) =>
      changes.updateFile(context, file, requested),
    )
  }

  async remove(workspaceId: string, id: FileId): Promise<Removal | undefined> {
    return this.#change(workspaceId, id, changes.removeFile)
  }

  async removeSession(
    workspaceId: string,
    sessionId: SessionId,
    { purge }: { purge: boolean },
  ): Promise<SessionRemoval> {
    const change = { workspaceId, sessionId, purge, now: this.#now() }
    const removal = await this.#database.write(() => removeSession(this.#database, change))
    for (const { id } of removal.purged) this.#changed.emit(keyOf(workspaceId, id))
    return removal
  }

  async restore(
    workspaceId: string,
    id: FileId,
    to: Destination = {},
  ): Promise<FileRecord | undefined> {
    return this.#change(workspaceId, id, (context, file) => changes.restoreFile(context, file, to))
  }

  async restoreVersion(
    workspaceId: string,
    id: FileId,
    path: WorkspacePath,
  ): Promise<Removal<ReadyFile> | undefined> {
    return this.#change(workspaceId, id, (context, file) =>
      changes.restoreVersion(context, file, path),
    )
  }

  async purge(
    workspaceId: string,
    id: FileId,
    deletedBefore?: Date,
  ): Promise<FileRecord | undefined> {
    return this.#change(workspaceId, id, (context, file) =>
      changes.purgeFile(context, file, deletedBefore),
    )
  }

  async expire(
    workspaceId: string,
    id: FileId,
    abandonedBefore?: Date,
  ): Promise<PendingFile | undefined> {
    return this.#change(workspaceId, id, (context, file) =>
      changes.expireFile(context, file, abandonedBefore),
    )
  }

  async get(workspaceId: string, id: FileId): Promise<FileRecord | undefined> {
    return this.#database.read(() => rows.readFile(this.#database, workspaceId, id))
  }

  async getByPath(workspaceId: string, path: WorkspacePath): Promise<FileRecord | undefined> {
    return this.#database.read(
      () =>
        rows.readOwner(this.#database, workspaceId, path) ??
        rows.readClaim(this.#database, workspaceId, path) ??
        rows.readLastRemoved(this.#database, workspaceId, path),
    )
  }

  async list(query: ListQuery): Promise<ListPage> {
    return listFiles(this.#database, query)
  }

  async usage(workspaceId: string): Promise<Usage> {
    return this.#database.read(() => readUsage(this.#database, workspaceId, this.#allowance))
  }

  async setQuota(workspaceId: string, quotaBytes: number | null): Promise<void> {
    await this.#database.write(() => writeQuota(this.#database, workspaceId, quotaBytes))
  }

  async listPending(query: SweepQuery): Promise<FileRecord[]> {
    return this.#database.read(() => sweeps.listPending(this.#database, query))
  }

  async countPending(): Promise<PendingCount> {
    return this.#database.read(() => sweeps.countPending(this.#database))
  }

  async listTrash(query: SweepQuery): Promise<FileRecord[]> {
    return this.#database.read(() => sweeps.listTrash(this.#database, query))
  }

  async listWorkspaces(query: { limit: number; after?: string }): Promise<string[]> {
    return this.#database.read(() => sweeps.listWorkspaces(this.#database, query))
  }

  async isKnown(workspaceId: string): Promise<boolean> {
    return this.#database.read(() => sweeps.isKnown(this.#database, workspaceId))
  }

  async recount(workspaceId: string, { repair }: { repair: boolean }): Promise<Recount> {
    return recount(this.#database, workspaceId, { repair, allowance: this.#allowance })
  }

  async trimTrash(workspaceId: string): Promise<FileRecord[]> {
    const context = this.#context()
    return this.#database.write(() => trimTrash(this.#database, workspaceId, context))
  }

  async markMissing(
    workspaceId: string,
    id: FileId,
    mark: { generation: string; since: Date | null },
  ): Promise<ReadyFile | undefined> {
    return this.#change(workspaceId, id, (context, file) =>
      changes.markMissing(context, file, mark),
    )
  }

  async sweepProgress(): Promise<string | undefined> {
    return this.#database.read(() => sweeps.readProgress(this.#database))
  }

  async saveSweepProgress(progress: string): Promise<void> {
    await this.#database.write(() => sweeps.writeProgress(this.#database, progress))
  }

  async listRejected(query: RejectedQuery): Promise<RejectedFile[]> {
    return this.#database.read(() => listRejected(this.#database, query))
  }

  async listOutdated(query: OutdatedQuery): Promise<ReadyFile[]> {
    return this.#database.read(() => listOutdated(this.#database, query))
  }

  async check(): Promise<string> {
    const sql = 'SELECT sqlite_version() AS version, (SELECT max(id) FROM workspaces)'
    const row = await this.#database.read(() => this.#database.prepare(sql).get())
    return `SQLite ${String(row?.['version'])}`
  }

  /**
   * Changes one file in one transaction. Then wakes the callers of `awaitSettled` in this process, with the durable record if
   * `settledIn` finds it in the result.
   */
  async #change<Result>(
    workspaceId: string,
    id: FileId,
    change: (context: changes.ChangeContext, file: FileRecord | undefined) => Result,
    settledIn: (result: Result) => FileRecord | undefined = () => undefined,
  ): Promise<Result> {
    const context = this.#context()
    const result = await this.#database.write(() =>
      change(context, rows.readFile(this.#database, workspaceId, id)),
    )
    this.#changed.emit(keyOf(workspaceId, id), settledIn(result))
    return result
  }

  #context(): changes.ChangeContext {
    return { database: this.#database, allowance: this.#allowance, now: this.#now() }
  }
}

function keyOf(workspaceId: string, id: FileId): string {
  return `${id} ${workspaceId}`
}
