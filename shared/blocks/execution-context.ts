import type { ReturnFormat } from '../workspace/store-media/store-media.ts'
import type { ForeignSource } from '../ports/sources.ts'

/**
 * One run, and the services that it may use. The ids of the reference system have one meaning each: a session is one agent and one
 * run of it (`graphId` and `graphExecId`), and each run of a block in it is one execution of one node (`nodeId` and `nodeExecId`).
 */
export interface ExecutionContext {
  readonly userId: string
  /** The workspace of the user, with the same id. */
  readonly workspaceId: string
  /** The session that outputs are stored in. */
  readonly sessionId: string | undefined
  readonly graphId: string
  readonly graphExecId: string
  readonly nodeId: string
  /** The id of the run. */
  readonly nodeExecId: string
  /** Aborted when the caller leaves, the time limit passes or the run is cancelled. Pass it to everything that waits. */
  readonly signal: AbortSignal
  /** The directory of the run, absolute. It exists before the block starts and is removed before the last event. */
  readonly directory: string
  /**
   * Returns a relative path for a new file, in a new folder: no file of the input has the same path. Shortens the name before the ending to
   * the limit of file names.
   */
  newPath(stem: string, ending: string): Promise<string>
  /** Detects the type of a file in the directory from its bytes and its name. Throws `WorkspaceError` for a path outside the directory. */
  typeOf(path: string): Promise<string>
  /** Converts a file between its forms, and scans it: see docs/media.md. Throws `WorkspaceError`. */
  storeMedia(request: { file: string; returnFormat: ReturnFormat }): Promise<string>
  /**
   * Fetches a file of the public web. Private addresses, other ports than the allowed ones and redirects to them are refused. Read
   * the body to its end or destroy it. Throws `WorkspaceError`.
   */
  fetch(url: string, options?: { maxBytes?: number }): Promise<ForeignSource>
  /**
   * Runs a program that the block declares in `programs`, in `directory`, without environment and network, within limits of memory,
   * CPU time and disk. `node` runs a program beside the block: see `programBeside`. Resolves to its standard output, at most 1 MiB.
   * Throws `BlockExecutionError` with `failure` if it fails.
   */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<string>
  /** Counts what cost lines charge for. */
  readonly meter: Meter
}

export interface RunOptions {
  /** A sentence for the user if the program fails, or a function that chooses it by the program's error output. By default names the program. */
  failure?: string | ((errors: string) => string)
}

/** Adds to what the run has used. Cost lines charge for the sums. */
export interface Meter {
  bytes(count: number): void
  seconds(count: number): void
  items(count: number): void
  usd(amount: number): void
  tokens(used: { input?: number; output?: number }): void
}
