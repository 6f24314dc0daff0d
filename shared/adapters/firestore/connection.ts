import type { Firestore as ListeningClient } from '@google-cloud/firestore'
import { applicationDefaultCredentials } from '../google/application-default.ts'
import type { GoogleCredentials } from '../google/credentials.ts'
import { defaultRecordLimits } from '../../model/record-limits.ts'
import { defaultEventRetentionDays } from '../../model/trail/event.ts'
import type { Allowance, RecordLimits } from '../../model/usage.ts'
import { workspaceOf } from './documents.ts'
import { translateError, type DatabaseName } from './faults.ts'
import { openListeningClient } from './listening-client.ts'
import { Firestore } from './rest/firestore.ts'
import type { DocumentReference } from './rest/reference.ts'
import { type Change, runGroup } from './transaction/change-group.ts'
import { GroupCommit } from './transaction/group-commit.ts'
import { transact } from './transaction/transact.ts'

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
  /** Default: `defaultEventRetentionDays`. */
  eventRetentionDays?: number
  now: () => Date
}

/** A connection to Firestore. Translates its errors, commits the changes of each workspace in groups, and waits for them before it closes. */
export class FirestoreConnection implements AsyncDisposable {
  readonly firestore: Firestore
  readonly databaseName: DatabaseName
  readonly allowance: Allowance
  readonly eventRetentionDays: number
  readonly #emulatorHost: string | undefined
  readonly #groups: GroupCommit
  readonly #running = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()
  #listeningClient: Promise<ListeningClient> | undefined

  constructor(options: ConnectionOptions) {
    const { projectId, databaseId = '(default)', emulatorHost, now } = options
    const { quotaBytes, recordLimits = defaultRecordLimits } = options
    this.databaseName = { projectId, databaseId }
    this.firestore = new Firestore(this.databaseName, endpointOf(options))
    this.allowance = { quotaBytes, recordLimits }
    const { eventRetentionDays = defaultEventRetentionDays } = options
    this.eventRetentionDays = eventRetentionDays
    this.#emulatorHost = emulatorHost
    this.#groups = new GroupCommit({
      run: (workspaceId, attempt, changes) => {
        const { allowance } = this
        const workspace = this.workspace(workspaceId)
        return runGroup(attempt, changes, { workspace, allowance, eventRetentionDays, now: now() })
      },
      transact: (work, pace) => transact(this.firestore, work, pace),
    })
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

  /** Changes one workspace. Changes of one workspace in this process take effect in the order of the calls. */
  async change<Result>(
    workspaceId: string,
    run: Change<Result>['run'],
    reads: Change<Result>['reads'] = () => [],
  ): Promise<Result> {
    return this.run(this.#groups.run(workspaceId, { run, reads }))
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
