import { Firestore, type DocumentReference } from '@google-cloud/firestore'
import type { FileRecord, InfectedFile, PendingFile, ReadyFile } from '../../model/file.ts'
import type { FileId, SessionId, WorkspacePath } from '../../model/ids.ts'
import type { ListPage, ListQuery } from '../../model/listing.ts'
import { type ReserveRequest, reservation } from '../../model/reservation.ts'
import type { RefusalCode, SettleResult } from '../../model/settlement.ts'
import type { RescanOutcome, Settlement } from '../../model/verdict.ts'
import type { RecordLimits, Usage } from '../../model/usage.ts'
import type { Catalog, FileChanges, Removal, SessionRemoval } from '../../ports/catalog.ts'
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
import type { Attempt } from './transaction/attempt.ts'
import * as changes from './changes.ts'
import { isTaken } from './claims.ts'
import {
  decodeFile,
  decodeUsage,
  filesOf,
  refusalOf,
  workspaceOf,
  type Allowance,
} from './documents.ts'
import { translate, type FirestorePlace } from './faults.ts'
import { namedRange } from './keys.ts'
import { listFiles } from './list.ts'
import { listRejected, listOutdated, rejudgeFile } from './rescan.ts'
import { settleFile } from './settle.ts'
import { recount } from './recount.ts'
import { countPending, listPending, listTrash, listWorkspaces, progressOf } from './sweep.ts'
import { transact } from './transaction/transact.ts'
import { trimTrash } from './trash.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import { WorkspaceTransaction } from './transaction/workspace-transaction.ts'
import { untilSettled } from './wait.ts'

export interface FirestoreCatalogOptions {
  projectId: string
  /** `(default)` by default. */
  databaseId?: string
  /** Spares the start-up of gRPC, until something waits for a verdict: listeners need it. */
  preferRest?: boolean
  /** Looks for no credentials: without any on the machine, the client waits seconds for a metadata server. */
  isEmulated?: boolean
  /** Of a workspace without its own quota. */
  quotaBytes: number
  /** `defaultRecordLimits` unless named. */
  recordLimits?: RecordLimits
  now: () => Date
}

/** The catalog in Firestore. `FIRESTORE_EMULATOR_HOST` leads the client to an emulator. */
export class FirestoreCatalog implements Catalog, Maintenance, AsyncDisposable {
  readonly #firestore: Firestore
  readonly #turns = new KeyedMutex()
  readonly #place: FirestorePlace
  readonly #allowance: Allowance
  readonly #now: () => Date
  readonly #running = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()

  private constructor(firestore: Firestore, options: FirestoreCatalogOptions) {
    this.#firestore = firestore
    this.#place = {
      projectId: options.projectId,
      databaseId: options.databaseId ?? '(default)',
    }
    const { quotaBytes, recordLimits = defaultRecordLimits } = options
    this.#allowance = { quotaBytes, recordLimits }
    this.#now = options.now
  }

  static async open(options: FirestoreCatalogOptions): Promise<FirestoreCatalog> {
    const { projectId, databaseId, preferRest, isEmulated } = options
    const firestore = new Firestore({
      // Without it the client repeats every read that fails, denied ones too, after seconds.
      gaxServerStreamingRetries: true,
      ...(isEmulated && { auth: await withoutCredentials() }),
      projectId,
      ...(databaseId !== undefined && { databaseId }),
      ...(preferRest !== undefined && { preferRest }),
    })
    return new FirestoreCatalog(firestore, options)
  }

  async reserve(request: ReserveRequest): Promise<PendingFile> {
    return this.#change(request.workspaceId, async (unit, { failure }) => {
      // A commit that found a document is tried again, unless it found the file.
      if (failure !== undefined && (await unit.readFile(request.id))) throw failure
      const claims = await unit.openPath(request.path)
      const file = reservation(request, {
        owner: claims.owner,
        isTaken: isTaken(claims),
        usage: unit.usage,
        sequence: unit.nextSequence(),
        now: unit.now,
      })
      unit.add(file)
      return file
    })
  }

  async settle(workspaceId: string, id: FileId, outcome: Settlement): Promise<SettleResult> {
    return this.#change(workspaceId, (unit) => settleFile(unit, id, outcome))
  }

  async noteProgress(
    workspaceId: string,
    id: FileId,
    receivedBytes: number,
  ): Promise<PendingFile | undefined> {
    return this.#change(workspaceId, (unit) => changes.noteProgress(unit, id, receivedBytes))
  }

  async awaitSettled(workspaceId: string, id: FileId, signal: AbortSignal): Promise<void> {
    const file = filesOf(this.#workspace(workspaceId)).doc(id)
    const ends = AbortSignal.any([signal, this.#closing.signal])
    await this.#translated(untilSettled(file, ends))
  }

  async applyRescan(
    workspaceId: string,
    id: FileId,
    later: RescanOutcome,
  ): Promise<ReadyFile | InfectedFile | undefined> {
    return this.#change(workspaceId, (unit) => rejudgeFile(unit, id, later))
  }

  async refusal(workspaceId: string, id: FileId): Promise<RefusalCode | undefined> {
    const refusal = refusalOf(this.#workspace(workspaceId), id)
    const snapshot = await this.#translated(refusal.get())
    return snapshot.get('code') as RefusalCode | undefined
  }

  async update(
    workspaceId: string,
    id: FileId,
    wanted: FileChanges,
  ): Promise<FileRecord | undefined> {
    return this.#change(workspaceId, (unit) => changes.updateFile(unit, id, wanted))
  }

  async remove(workspaceId: string, id: FileId): Promise<Removal | undefined> {
    return this.#change(workspaceId, (unit) => changes.removeFile(unit, id))
  }

  async removeSession(
    workspaceId: string,
    sessionId: SessionId,
    { purge }: { purge: boolean },
  ): Promise<SessionRemoval> {
    return this.#change(workspaceId, (unit) => changes.removeSession(unit, sessionId, purge))
  }

  async restore(
    workspaceId: string,
    id: FileId,
    path?: WorkspacePath,
  ): Promise<FileRecord | undefined> {
    return this.#change(workspaceId, (unit) => changes.restoreFile(unit, id, path))
  }

  async purge(
    workspaceId: string,
    id: FileId,
    deletedBefore?: Date,
  ): Promise<FileRecord | undefined> {
    return this.#change(workspaceId, (unit) => changes.purgeFile(unit, id, deletedBefore))
  }

  async expire(
    workspaceId: string,
    id: FileId,
    abandonedBefore?: Date,
  ): Promise<PendingFile | undefined> {
    return this.#change(workspaceId, (unit) => changes.expireFile(unit, id, abandonedBefore))
  }

  async get(workspaceId: string, id: FileId): Promise<FileRecord | undefined> {
    const file = filesOf(this.#workspace(workspaceId)).doc(id)
    return decodeFile(await this.#translated(file.get()))
  }

  async getByPath(workspaceId: string, path: WorkspacePath): Promise<FileRecord | undefined> {
    const [from, to] = namedRange(path)
    const named = filesOf(this.#workspace(workspaceId))
      .where('named', '>=', from)
      .where('named', '<', to)
      .orderBy('named', 'desc')
      .limit(1)
    const { docs } = await this.#translated(named.get())
    return docs[0] && decodeFile(docs[0])
  }

  async list(query: ListQuery): Promise<ListPage> {
    const files = filesOf(this.#workspace(query.workspaceId))
    return this.#translated(listFiles(files, query))
  }

  async usage(workspaceId: string): Promise<Usage> {
    const workspace = await this.#translated(this.#workspace(workspaceId).get())
    return decodeUsage(workspace, this.#allowance)
  }

  async setQuota(workspaceId: string, quotaBytes: number | null): Promise<void> {
    await this.#change(workspaceId, async (unit) => unit.setQuota(quotaBytes))
  }

  async listPending(query: SweepQuery): Promise<FileRecord[]> {
    return this.#translated(listPending(this.#firestore, query))
  }

  async countPending(): Promise<PendingCount> {
    return this.#translated(countPending(this.#firestore))
  }

  async listTrash(query: SweepQuery): Promise<FileRecord[]> {
    return this.#translated(listTrash(this.#firestore, query))
  }

  async listWorkspaces(query: { limit: number; after?: string }): Promise<string[]> {
    return this.#translated(listWorkspaces(this.#firestore, query))
  }

  async isKnown(workspaceId: string): Promise<boolean> {
    return (await this.#translated(this.#workspace(workspaceId).get())).exists
  }

  async recount(workspaceId: string, { repair }: { repair: boolean }): Promise<Recount> {
    return this.#translated(recount(this.#firestore, this.#workspace(workspaceId), { repair }))
  }

  async trimTrash(workspaceId: string): Promise<FileRecord[]> {
    return this.#change(workspaceId, async (unit) => {
      await unit.open()
      return trimTrash(unit, [])
    })
  }

  async markMissing(
    workspaceId: string,
    id: FileId,
    mark: { generation: string; since: Date | null },
  ): Promise<ReadyFile | undefined> {
    return this.#change(workspaceId, (unit) => changes.markMissing(unit, id, mark))
  }

  async sweepProgress(): Promise<string | undefined> {
    const snapshot = await this.#translated(progressOf(this.#firestore).get())
    return snapshot.get('progress') as string | undefined
  }

  async saveSweepProgress(progress: string): Promise<void> {
    const ref = progressOf(this.#firestore)
    const save = async (attempt: Attempt) => {
      await attempt.get(ref)
      attempt.write(ref, { progress, ...attempt.markOn(ref) })
    }
    await this.#translated(transact(this.#firestore, save))
  }

  async listRejected(query: RejectedQuery): Promise<RejectedFile[]> {
    return this.#translated(listRejected(this.#firestore, query))
  }

  async listOutdated(query: OutdatedQuery): Promise<ReadyFile[]> {
    return this.#translated(listOutdated(this.#firestore, query))
  }

  async check(): Promise<string> {
    await this.#translated(this.#firestore.doc('workspaces/-').get())
    return `Firestore ${this.#place.projectId}/${this.#place.databaseId}`
  }

  /**
   * Ends what waits for a verdict, and waits for everything else: client 9.4.1 never answers a call that an operation begins
   * after `terminate`, and leaves its rejection unhandled.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
    await this.#firestore.terminate()
  }

  /** One change of a workspace. Changes that this process makes to one workspace run one after another. */
  async #change<Result>(
    workspaceId: string,
    work: (unit: WorkspaceTransaction, attempt: Attempt) => Promise<Result>,
  ): Promise<Result> {
    const workspace = this.#workspace(workspaceId)
    const options = { allowance: this.#allowance, now: this.#now() }
    const attempted = async (attempt: Attempt) => {
      const unit = new WorkspaceTransaction(attempt, workspace, options)
      const result = await work(unit, attempt)
      await unit.flush()
      return result
    }
    const changed = this.#turns.take(workspaceId, () => transact(this.#firestore, attempted))
    return this.#translated(changed)
  }

  async #translated<Result>(answer: Promise<Result>): Promise<Result> {
    this.#running.add(answer)
    try {
      return await answer
    } catch (error) {
      throw translate(error, this.#place)
    } finally {
      this.#running.delete(answer)
    }
  }

  #workspace(workspaceId: string): DocumentReference {
    return workspaceOf(this.#firestore, workspaceId)
  }
}

/** Loaded for emulators alone: a cold start in the cloud has no use for it. */
async function withoutCredentials() {
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library')
  return new GoogleAuth({ authClient: new PassThroughClient() })
}
