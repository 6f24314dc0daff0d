/** A running service. What only a process of one's own can do is optional: a deployment is known by its URL alone. */
export interface Server extends AsyncDisposable {
  /** Origin, without a slash at the end; stays the same over restarts. */
  url: string
  /** SIGTERM, wait for the end, start again over the same storage. */
  restart?(): Promise<void>
  /** SIGKILL, start again over the same storage. */
  kill?(): Promise<void>
}

/** Optional claims of a token (design §11). */
export interface Claims {
  scope?: string
  session?: string
}

/** What a platform does differently by itself, so that the service behind it cannot help it. */
export interface Difference {
  reason: string
  /** The names of the tests that cannot pass there; a name that no test has is an error. */
  tests: readonly (string | RegExp)[]
}

export interface Target {
  /** Starts a service of its own with these environment variables on top; a deployment takes none. */
  start(env?: Record<string, string>): Promise<Server>
  /** The `Authorization` header's value for a user that may never have been seen. */
  token(user: string, claims?: Claims): Promise<string>
  /** Whether `start` honours its environment, so that limits can be made small. */
  configurable: boolean
  /** Whether the service scans with ClamAV: the development scanner does not look into archives. */
  looksIntoArchives: boolean
  /** Whether the service stores bytes itself, and so answers links and resumable sessions, rather than Cloud Storage. */
  ownStorage: boolean
  /** Whether `start` answers a server that can be stopped and started. */
  restartable: boolean
  differences?: readonly Difference[]
}

/** `Authorization` of the local mode: the token names its user. */
export async function localToken(user: string): Promise<string> {
  return `Bearer local:${user}`
}
