import { EventEmitter } from 'node:events'
import { WorkspaceError } from '../../workspace/errors.ts'
import type { FileRecord, PendingFile } from '../../workspace/file.ts'
import type { FileId, SessionId, WorkspacePath } from '../../workspace/path.ts'
import type {
  Catalog,
  FileChanges,
  ListPage,
  ListQuery,
  RefusalCode,
  Removal,
  ReserveRequest,
  Settlement,
  SettleResult,
  SweepQuery,
  Usage,
} from '../../workspace/ports.ts'
import { assertFits, isOver, pathTaken, reservation } from '../../workspace/reservation.ts'
import { moved, trashed, untrashed } from '../../workspace/transitions.ts'
import type { Database } from './database.ts'
import { listFiles } from './sqlite-list.ts'
import { readRefusal } from './sqlite-refusals.ts'
import * as rows from './sqlite-rows.ts'
import { settleFile } from './sqlite-settle.ts'
import { listPending, listTrash } from './sqlite-sweep.ts'
import { forget, trimTrash } from './sqlite-trash.ts'
import { nextSequence, readUsage, writeQuota } from './sqlite-workspaces.ts'
import { eventOrTimeout } from './wake.ts'

export interface SqliteCatalogOptions {
  /** Shared with the event queue; whoever opened it closes it. */
  database: Database
  /** Of a workspace without its own quota. */
  quotaBytes: number
  now: () => Date
}

/** A settle in another process is seen by asking again, this often at most. */
const maxPollMs = 100

/** The catalog in SQLite. Every method is one transaction, so that several processes may share the file. */
export class SqliteCatalog implements Catalog {
  readonly #database: Database
  readonly #quotaBytes: number
  readonly #now: () => Date
  /** Emits a file's key when it ends being pending in this process. */
  readonly #ended = new EventEmitter().setMaxListeners(0)

  constructor({ database, quotaBytes, now }: SqliteCatalogOptions) {
    this.#database = database
    this.#quotaBytes = quotaBytes
    this.#now = now
  }

  async reserve(request: ReserveRequest): Promise<PendingFile> {
    const { workspaceId, path } = request
    return this.#database.write(() => {
      const owner = rows.readOwner(this.#database, workspaceId, path)
      const file = reservation(request, {
        owner,
        isTaken: owner !== undefined || this.#isClaimed(workspaceId, path),
        usage: this.#usage(workspaceId),
        sequence: nextSequence(this.#database, workspaceId),
        now: this.#now(),
      })
      rows.insertFile(this.#database, file)
      return file
    })
  }

  async settle(workspaceId: string, id: FileId, outcome: Settlement): Promise<SettleResult> {
    const result = this.#database.write(() =>
      settleFile(this.#database, rows.readFile(this.#database, workspaceId, id), {
        outcome,
        quotaBytes: this.#quotaBytes,
        now: this.#now(),
      }),
    )
    this.#ended.emit(keyOf(workspaceId, id))
    return result
  }

  async awaitSettled(workspaceId: string, id: FileId, signal: AbortSignal): Promise<void> {
    for (let timeoutMs = 5; ; timeoutMs = Math.min(2 * timeoutMs, maxPollMs)) {
      if (!rows.isPending(this.#database, workspaceId, id)) return
      signal.throwIfAborted()
      await eventOrTimeout(this.#ended, keyOf(workspaceId, id), { timeoutMs, signal })
    }
  }

  async refusal(workspaceId: string, id: FileId): Promise<RefusalCode | undefined> {
    return readRefusal(this.#database, workspaceId, id)
  }

  async update(
    workspaceId: string,
    id: FileId,
    { path, metadata }: FileChanges,
  ): Promise<FileRecord | undefined> {
    return this.#database.write(() => {
      const file = rows.readFile(this.#database, workspaceId, id)
      if (file === undefined || file.isDeleted) return undefined
      const isMove = path !== undefined && path !== file.path
      if (isMove && file.state === 'pending') {
        throw new WorkspaceError(
          'not-scanned',
          'A file cannot move before it is scanned. Try again when it is ready.',
          { file },
        )
      }
      if (isMove) this.#assertFree(file, path)
      const after = {
        ...(isMove ? moved(file, path) : file),
        ...(metadata && { metadata }),
        updatedAt: this.#now().toISOString(),
      }
      rows.replaceFile(this.#database, file, after)
      return after
    })
  }

  async remove(
    workspaceId: string,
    id: FileId,
    sessionId?: SessionId,
  ): Promise<Removal | undefined> {
    const removal = this.#database.write(() => this.#remove(workspaceId, id, sessionId))
    this.#ended.emit(keyOf(workspaceId, id))
    return removal
  }

  #remove(workspaceId: string, id: FileId, sessionId?: SessionId): Removal | undefined {
    const file = rows.readFile(this.#database, workspaceId, id)
    if (file === undefined || (sessionId ?? file.sessionId) !== file.sessionId) return undefined
    if (file.state === 'pending') {
      forget(this.#database, file, this.#now())
      return { file, purged: [] }
    }
    if (file.isDeleted && file.supersededBy === null) return { file, purged: [] }
    const removed = trashed(file, null, this.#now())
    rows.replaceFile(this.#database, file, removed)
    return { file: removed, purged: trimTrash(this.#database, workspaceId, this.#quotaBytes) }
  }

  async restore(
    workspaceId: string,
    id: FileId,
    path?: WorkspacePath,
  ): Promise<FileRecord | undefined> {
    return this.#database.write(() => {
      const file = rows.readFile(this.#database, workspaceId, id)
      if (!file?.isDeleted) return file
      this.#assertFree(file, path ?? file.path)
      if (file.state === 'ready') assertFits(this.#usage(workspaceId), file.sizeBytes)
      const restored = moved(untrashed(file, this.#now()), path ?? file.path)
      rows.replaceFile(this.#database, file, restored)
      return restored
    })
  }

  async purge(
    workspaceId: string,
    id: FileId,
    deletedBefore?: Date,
  ): Promise<FileRecord | undefined> {
    const purged = this.#database.write(() => {
      const file = rows.readFile(this.#database, workspaceId, id)
      const isMeant = deletedBefore === undefined || wasDeletedBefore(file, deletedBefore)
      if (file && isMeant) forget(this.#database, file, this.#now())
      return isMeant ? file : undefined
    })
    this.#ended.emit(keyOf(workspaceId, id))
    return purged
  }

  async expire(
    workspaceId: string,
    id: FileId,
    abandonedBefore?: Date,
  ): Promise<PendingFile | undefined> {
    const expired = this.#database.write(() => {
      const file = rows.readFile(this.#database, workspaceId, id)
      if (file?.state !== 'pending') return undefined
      if (!isOver(file, this.#now(), abandonedBefore)) return undefined
      forget(this.#database, file, this.#now())
      return file
    })
    this.#ended.emit(keyOf(workspaceId, id))
    return expired
  }

  async get(workspaceId: string, id: FileId): Promise<FileRecord | undefined> {
    return rows.readFile(this.#database, workspaceId, id)
  }

  async getByPath(workspaceId: string, path: WorkspacePath): Promise<FileRecord | undefined> {
    return this.#database.read(
      () =>
        rows.readOwner(this.#database, workspaceId, path) ??
        rows.readClaim(this.#database, workspaceId, path) ??
        rows.readLastDeleted(this.#database, workspaceId, path),
    )
  }

  async list(query: ListQuery): Promise<ListPage> {
    return this.#database.read(() => listFiles(this.#database, query))
  }

  async usage(workspaceId: string): Promise<Usage> {
    return this.#usage(workspaceId)
  }

  async setQuota(workspaceId: string, quotaBytes: number | null): Promise<void> {
    this.#database.write(() => writeQuota(this.#database, workspaceId, quotaBytes))
  }

  async listPending(query: SweepQuery): Promise<FileRecord[]> {
    return listPending(this.#database, query)
  }

  async listTrash(query: SweepQuery): Promise<FileRecord[]> {
    return listTrash(this.#database, query)
  }

  async check(): Promise<string> {
    const sql = 'SELECT sqlite_version() AS version, (SELECT max(id) FROM workspaces)'
    const row = this.#database.prepare(sql).get()
    return `SQLite ${String(row?.['version'])}`
  }

  #usage(workspaceId: string): Usage {
    return readUsage(this.#database, workspaceId, this.#quotaBytes)
  }

  #isClaimed(workspaceId: string, path: WorkspacePath): boolean {
    return rows.readClaim(this.#database, workspaceId, path) !== undefined
  }

  /** A file that is not ready owns nothing, and takes nothing. */
  #assertFree({ workspaceId, state }: FileRecord, path: WorkspacePath): void {
    if (state !== 'ready') return
    const owner = rows.readOwner(this.#database, workspaceId, path)
    if (owner !== undefined || this.#isClaimed(workspaceId, path)) throw pathTaken(path)
  }
}

function keyOf(workspaceId: string, id: FileId): string {
  return `${id} ${workspaceId}`
}

function wasDeletedBefore(file: FileRecord | undefined, instant: Date): boolean {
  return file?.deletedAt != null && file.deletedAt < instant.toISOString()
}
