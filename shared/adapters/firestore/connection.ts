import type { Firestore as ListeningClient } from '@google-cloud/firestore'
import { applicationDefaultCredentials } from '../google/application-default.ts'
import type { GoogleCredentials } from '../google/credentials.ts'
import { defaultRecordLimits } from '../../model/record-limits.ts'
import type { Allowance, RecordLimits } from '../../model/usage.ts'
import { workspaceOf } from './documents.ts'
import { translateError, type DatabaseName } from './faults.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import { openListeningClient } from './listening-client.ts'
import { Firestore } from './rest/firestore.ts'
import type { DocumentReference } from './rest/reference.ts'
import type { Attempt } from './transaction/attempt.ts'
import { transact } from './transaction/transact.ts'
import { WorkspaceTransaction } from './transaction/workspace-transaction.ts'

export interface ConnectionOptions {
  projectId: string
  /** Default: `(default)`. */
  databaseId?: string
  /** The host and port of an emulator, which needs no credentials. Default: Google's service. */
  emulatorHost?: string | undefined
  /** Default: Application Default Credentials. */
  credentials?: GoogleCredentials
  /** The quota of a workspace without a quota in the catalog. */
  quotaBytes: number
  /** Default: `defaultRecordLimits`. */
  recordLimits?: RecordLimits
  now: () => Date
}

/** A connection to Firestore. Translates its errors, serializes the changes of each workspace, and waits for them before it closes. */
export class FirestoreConnection implements AsyncDisposable {
  readonly firestore: Firestore
  readonly databaseName: DatabaseName
  readonly allowance: Allowance
  readonly #now: () => Date
  readonly #emulatorHost: string | undefined
  readonly #mutex = new KeyedMutex()
  readonly #running = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()
  #listeningClient: Promise<ListeningClient> | undefined

  constructor(options: ConnectionOptions) {
    const { projectId, databaseId = '(default)', emulatorHost, now } = options
    const { quotaBytes, recordLimits = defaultRecordLimits } = options
    this.databaseName = { projectId, databaseId }
    this.firestore = new Firestore(this.databaseName, endpointOf(options))
    this.allowance = { quotaBytes, recordLimits }
    this.#emulatorHost = emulatorHost
    this.#now = now
  }

  /** Aborts when the connection starts to close. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** The official client, opened at the first call. */
  listeningClient(): Promise<ListeningClient> {
    this.#listeningClient ??= openListeningClient(this.databaseName, this.#emulatorHost)
    return this.#listeningClient
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
    const client = await this.#listeningClient
    await client?.terminate()
  }
}

function endpointOf({ emulatorHost, credentials }: ConnectionOptions) {
  if (emulatorHost !== undefined) {
    // The emulator's security rules do not apply to this token.
    return { origin: `http://${emulatorHost}`, accessToken: async () => 'owner' }
  }
  const { accessToken } = credentials ?? applicationDefaultCredentials()
  return { origin: 'https://firestore.googleapis.com', accessToken }
}
