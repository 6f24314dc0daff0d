import { Firestore, type DocumentReference } from '@google-cloud/firestore'
import { defaultRecordLimits } from '../../model/record-limits.ts'
import type { Allowance, RecordLimits } from '../../model/usage.ts'
import { workspaceOf } from './documents.ts'
import { translateError, type DatabaseName } from './faults.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import type { Attempt } from './transaction/attempt.ts'
import { transact } from './transaction/transact.ts'
import { WorkspaceTransaction } from './transaction/workspace-transaction.ts'

export interface ConnectionOptions {
  projectId: string
  /** Default: `(default)`. */
  databaseId?: string
  /** Delays loading gRPC until `awaitSettled` needs it for a listener. */
  preferRest?: boolean
  /** Uses no credentials. On a machine without any, the client would wait seconds for a metadata server. */
  isEmulated?: boolean
  /** The quota of a workspace without a quota in the catalog. */
  quotaBytes: number
  /** Default: `defaultRecordLimits`. */
  recordLimits?: RecordLimits
  now: () => Date
}

/** The Firestore client. Translates its errors, serializes the changes of each workspace, and waits for them before it closes. */
export class FirestoreConnection implements AsyncDisposable {
  readonly firestore: Firestore
  readonly databaseName: DatabaseName
  readonly allowance: Allowance
  readonly #now: () => Date
  readonly #mutex = new KeyedMutex()
  readonly #running = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()

  private constructor(firestore: Firestore, options: ConnectionOptions) {
    const { projectId, databaseId = '(default)' } = options
    const { quotaBytes, recordLimits = defaultRecordLimits } = options
    this.firestore = firestore
    this.databaseName = { projectId, databaseId }
    this.allowance = { quotaBytes, recordLimits }
    this.#now = options.now
  }

  static async open(options: ConnectionOptions): Promise<FirestoreConnection> {
    const { projectId, databaseId, preferRest, isEmulated } = options
    const firestore = new Firestore({
      // Without this option the client retries every failed read after seconds, even after a permanent error.
      gaxServerStreamingRetries: true,
      ...(isEmulated && { auth: await withoutCredentials() }),
      projectId,
      ...(databaseId !== undefined && { databaseId }),
      ...(preferRest !== undefined && { preferRest }),
    })
    return new FirestoreConnection(firestore, options)
  }

  /** Aborts when the connection starts to close. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  workspace(workspaceId: string): DocumentReference {
    return workspaceOf(this.firestore, workspaceId)
  }

  /** Changes one workspace. Changes of one workspace in this process run one after another. */
  async change<Result>(
    workspaceId: string,
    work: (transaction: WorkspaceTransaction, attempt: Attempt) => Promise<Result>,
  ): Promise<Result> {
    const workspace = this.workspace(workspaceId)
    const options = { allowance: this.allowance, now: this.#now() }
    const attempted = async (attempt: Attempt) => {
      const transaction = new WorkspaceTransaction(attempt, workspace, options)
      const result = await work(transaction, attempt)
      await transaction.flush()
      return result
    }
    const changed = this.#mutex.run(workspaceId, () => transact(this.firestore, attempted))
    return this.run(changed)
  }

  /** Waits for a running call. Translates its errors. */
  async run<Result>(answer: Promise<Result>): Promise<Result> {
    this.#running.add(answer)
    try {
      return await answer
    } catch (error) {
      throw translateError(error, this.databaseName)
    } finally {
      this.#running.delete(answer)
    }
  }

  /**
   * Aborts calls of `awaitSettled` and waits for all other calls. After `terminate`, client 9.4.1 never settles a call that is
   * still running, and leaves its rejection unhandled.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
    await this.firestore.terminate()
  }
}

/** Imported only for emulators, to keep cold starts in the cloud short. */
async function withoutCredentials() {
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library')
  return new GoogleAuth({ authClient: new PassThroughClient() })
}
