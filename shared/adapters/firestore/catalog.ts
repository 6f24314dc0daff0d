import type { FileRecord, InfectedFile, PendingFile, ReadyFile } from '../../model/file.ts'
import type { FileId, SessionId, WorkspacePath } from '../../model/ids.ts'
import type { ListPage, ListQuery } from '../../model/listing.ts'
import type { ReserveRequest } from '../../model/reservation.ts'
import type { Refusal, RefusalCode, SettleResult } from '../../model/settlement.ts'
import type { RescanOutcome, Settlement } from '../../model/verdict.ts'
import type { Usage } from '../../model/usage.ts'
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
import type { Attempt } from './transaction/attempt.ts'
import * as changes from './changes.ts'
import { FirestoreConnection, type ConnectionOptions } from './connection.ts'
import { decodeFile, decodeUsage, filesOf, refusalOf } from './documents.ts'
import { FirestoreFolders } from './folders/folders.ts'
import { FirestoreLinks } from './folders/links.ts'
import { namedRange } from './keys.ts'
import { listFiles } from './list.ts'
import { reserveFile } from './reserve.ts'
import { applyRescan, listOutdated, listRejected } from './rescan.ts'
import type { DocumentSnapshot } from './rest/snapshot.ts'
import { settleFile } from './settle.ts'
import { FirestoreRuns } from './runs/runs.ts'
import { FirestoreShares } from './shares/shares.ts'
import { recount } from './recount.ts'
import { countPending, listPending, listTrash, listWorkspaces, progressOf } from './sweep.ts'
import { FirestoreTrail } from './trail/trail.ts'
import { transact } from './transaction/transact.ts'
import { trimTrash } from './trash.ts'
import { untilSettled } from './wait.ts'

/** The catalog in Firestore. */
export class FirestoreCatalog implements Catalog, Maintenance, AsyncDisposable {
  /** Uses the same connection. */
  readonly folders: FirestoreFolders
  readonly links: FirestoreLinks
  readonly runs: FirestoreRuns
  readonly shares: FirestoreShares
  readonly trail: FirestoreTrail
  readonly #connection: FirestoreConnection
  /** The snapshots of pending files that `get` has returned and a caller still holds. */
  readonly #snapshots = new WeakMap<object, DocumentSnapshot>()

  /** Opens connections at the first call. */
  constructor(options: ConnectionOptions) {
    this.#connection = new FirestoreConnection(options)
    this.folders = new FirestoreFolders(this.#connection)
    this.links = new FirestoreLinks(this.#connection, options.now)
    this.runs = new FirestoreRuns(this.#connection, options.now)
    this.shares = new FirestoreShares(this.#connection, options.now)
    this.trail = new FirestoreTrail(this.#connection, options.now)
  }

  async reserve(request: ReserveRequest): Promise<PendingFile> {
    const { workspaceId } = request
    const { run, reads } = reserveFile(this.#connection.workspace(workspaceId), request)
    return this.#connection.change(workspaceId, run, reads)
  }

  async settle(file: FileKey, outcome: Settlement): Promise<SettleResult> {
    const { workspaceId } = file
    const snapshot = this.#snapshots.get(file)
    const known = snapshot && { file: file as PendingFile, snapshot }
    const workspace = this.#connection.workspace(workspaceId)
    const { run, reads } = settleFile(workspace, { id: file.id, known }, outcome)
    return this.#connection.change(workspaceId, run, reads)
  }

  async noteProgress(
    workspaceId: string,
    id: FileId,
    receivedBytes: number,
  ): Promise<PendingFile | undefined> {
    return this.#connection.change(workspaceId, (transaction) =>
      changes.noteProgress(transaction, id, receivedBytes),
    )
  }

  async awaitSettled(
    workspaceId: string,
    id: FileId,
    signal: AbortSignal,
  ): Promise<FileRecord | undefined> {
    const { name } = filesOf(this.#connection.workspace(workspaceId)).doc(id)
    const ends = AbortSignal.any([signal, this.#connection.closing])
    const listening = this.#connection
      .listeningClient()
      .then((client) => untilSettled(client, name, ends))
    return this.#connection.run(listening)
  }

  async applyRescan(
    workspaceId: string,
    id: FileId,
    outcome: RescanOutcome,
  ): Promise<ReadyFile | InfectedFile | undefined> {
    return this.#connection.change(workspaceId, (transaction) =>
      applyRescan(transaction, id, outcome),
    )
  }

  async refusal(workspaceId: string, id: FileId): Promise<Refusal | undefined> {
    const refusal = refusalOf(this.#connection.workspace(workspaceId), id)
    const snapshot = await this.#connection.run(refusal.get())
    const code = snapshot.get('code') as RefusalCode | undefined
    const sizes = snapshot.get('sizes') as Refusal['sizes']
    return code && { code, ...(sizes && { sizes }) }
  }

  async update(
    workspaceId: string,
    id: FileId,
    requested: FileChanges,
  ): Promise<FileRecord | undefined> {
    return this.#connection.change(workspaceId, (transaction) =>
      changes.updateFile(transaction, id, requested),
    )
  }

  async remove(workspaceId: string, id: FileId): Promise<Removal | undefined> {
    return this.#connection.change(workspaceId, (transaction) =>
      changes.removeFile(transaction, id),
    )
  }

  async removeSession(
    workspaceId: string,
    sessionId: SessionId,
    { purge }: { purge: boolean },
  ): Promise<SessionRemoval> {
    return this.#connection.change(workspaceId, (transaction) =>
      changes.removeSession(transaction, sessionId, purge),
    )
  }

  async restore(
    workspaceId: string,
    id: FileId,
    to: Destination = {},
  ): Promise<FileRecord | undefined> {
    return this.#connection.change(workspaceId, (transaction) =>
      changes.restoreFile(transaction, id, to),
    )
  }

  async restoreVersion(
    workspaceId: string,
    id: FileId,
    path: WorkspacePath,
  ): Promise<Removal<ReadyFile> | undefined> {
    return this.#connection.change(workspaceId, (transaction) =>
      changes.restoreVersion(transaction, id, path),
    )
  }

  async purge(
    workspaceId: string,
    id: FileId,
    deletedBefore?: Date,
  ): Promise<FileRecord | undefined> {
    return this.#connection.change(workspaceId, (transaction) =>
      changes.purgeFile(transaction, id, deletedBefore),
    )
  }

  async expire(
    workspaceId: string,
    id: FileId,
    abandonedBefore?: Date,
  ): Promise<PendingFile | undefined> {
    return this.#connection.change(workspaceId, (transaction) =>
      changes.expireFile(transaction, id, abandonedBefore),
    )
  }

  async get(workspaceId: string, id: FileId): Promise<FileRecord | undefined> {
    const ref = filesOf(this.#connection.workspace(workspaceId)).doc(id)
    const snapshot = await this.#connection.run(ref.get())
    const file = decodeFile(snapshot)
    if (file?.state === 'pending') this.#snapshots.set(file, snapshot)
    return file
  }

  async getByPath(workspaceId: string, path: WorkspacePath): Promise<FileRecord | undefined> {
    const [from, to] = namedRange(path)
    const named = filesOf(this.#connection.workspace(workspaceId))
      .where('named', '>=', from)
      .where('named', '<', to)
      .orderBy('named', 'desc')
      .limit(1)
    const docs = await this.#connection.run(named.get())
    return docs[0] && decodeFile(docs[0])
  }

  async list(query: ListQuery): Promise<ListPage> {
    const files = filesOf(this.#connection.workspace(query.workspaceId))
    return this.#connection.run(listFiles(files, query))
  }

  async usage(workspaceId: string): Promise<Usage> {
    const workspace = await this.#connection.run(this.#connection.workspace(workspaceId).get())
    return decodeUsage(workspace, this.#connection.allowance)
  }

  async setQuota(workspaceId: string, quotaBytes: number | null): Promise<void> {
    await this.#connection.change(workspaceId, async (transaction) =>
      transaction.setQuota(quotaBytes),
    )
  }

  async listPending(query: SweepQuery): Promise<FileRecord[]> {
    return this.#connection.run(listPending(this.#connection.firestore, query))
  }

  async countPending(): Promise<PendingCount> {
    return this.#connection.run(countPending(this.#connection.firestore))
  }

  async listTrash(query: SweepQuery): Promise<FileRecord[]> {
    return this.#connection.run(listTrash(this.#connection.firestore, query))
  }

  async listWorkspaces(query: { limit: number; after?: string }): Promise<string[]> {
    return this.#connection.run(listWorkspaces(this.#connection.firestore, query))
  }

  async isKnown(workspaceId: string): Promise<boolean> {
    return (await this.#connection.run(this.#connection.workspace(workspaceId).get())).exists
  }

  async recount(workspaceId: string, { repair }: { repair: boolean }): Promise<Recount> {
    return this.#connection.run(
      recount(this.#connection.firestore, this.#connection.workspace(workspaceId), { repair }),
    )
  }

  async trimTrash(workspaceId: string): Promise<FileRecord[]> {
    return this.#connection.change(workspaceId, async (transaction) => {
      await transaction.open()
      return trimTrash(transaction)
    })
  }

  async markMissing(
    workspaceId: string,
    id: FileId,
    mark: { generation: string; since: Date | null },
  ): Promise<ReadyFile | undefined> {
    return this.#connection.change(workspaceId, (transaction) =>
      changes.markMissing(transaction, id, mark),
    )
  }

  async sweepProgress(): Promise<string | undefined> {
    const snapshot = await this.#connection.run(progressOf(this.#connection.firestore).get())
    return snapshot.get('progress') as string | undefined
  }

  async saveSweepProgress(progress: string): Promise<void> {
    const ref = progressOf(this.#connection.firestore)
    const save = async (attempt: Attempt) => {
      await attempt.get(ref)
      attempt.write(ref, { progress, ...attempt.markOn(ref) })
    }
    await this.#connection.run(transact(this.#connection.firestore, save))
  }

  async listRejected(query: RejectedQuery): Promise<RejectedFile[]> {
    return this.#connection.run(listRejected(this.#connection.firestore, query))
  }

  async listOutdated(query: OutdatedQuery): Promise<ReadyFile[]> {
    return this.#connection.run(listOutdated(this.#connection.firestore, query))
  }

  async check(): Promise<string> {
    const { projectId, databaseId } = this.#connection.databaseName
    await this.#connection.run(this.#connection.firestore.doc('workspaces/-').get())
    return `Firestore ${projectId}/${databaseId}`
  }

  /** Aborts calls of `awaitSettled` and waits for all other calls. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]()
  }
}
