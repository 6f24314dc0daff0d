import type { ListedTests } from '../../support/skip-listed.ts'

/** A running service. Operations on its process are optional, because a deployment has only a URL. */
export interface Server extends AsyncDisposable {
  /** The origin without a trailing slash; restarts keep it. */
  url: string
  /** Sends SIGTERM, waits for the exit and starts again with the same storage. */
  restart?(): Promise<void>
  /** Sends SIGKILL and starts again with the same storage. */
  kill?(): Promise<void>
}

/** Optional claims of a token. */
export interface Claims {
  scope?: string
  session?: string
}

export interface Target {
  /** Starts a new service with additional environment variables; a deployment ignores them. */
  start(env?: Record<string, string>): Promise<Server>
  /** The value of the `Authorization` header for a user, who may be new. */
  token(user: string, claims?: Claims): Promise<string>
  /** Whether `start` uses its environment variables, so that tests can lower limits. */
  configurable: boolean
  /** Whether the service scans with ClamAV. The development scanner does not scan archives. */
  looksIntoArchives: boolean
  /** Whether the service has local storage, and serves signed URLs and resumable uploads itself. */
  ownStorage: boolean
  /** Whether the server of `start` can be stopped and started. */
  restartable: boolean
  /** Behaviour of the platform that the service cannot change. */
  differences?: readonly ListedTests[]
  /** Differences of other platforms that run the same cases. Only the names of their tests are checked. */
  possibleDifferences?: readonly ListedTests[]
}

/** The `Authorization` header of local mode, whose token names the user. */
export async function localToken(user: string): Promise<string> {
  return `Bearer local:${user}`
}
