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

export interface Target {
  /** Starts a service of its own with these environment variables on top; a deployment takes none. */
  start(env?: Record<string, string>): Promise<Server>
  /** The `Authorization` header's value for a user that may never have been seen. */
  token(user: string, claims?: Claims): Promise<string>
  /** Whether `start` honours its environment, so that limits can be made small. */
  configurable: boolean
  /** Whether the service scans with ClamAV: the development scanner does not look into archives. */
  looksIntoArchives: boolean
}

/** `Authorization` of the local mode: the token names its user. */
export async function localToken(user: string): Promise<string> {
  return `Bearer local:${user}`
}
