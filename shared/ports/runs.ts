import type { SessionId } from '../model/ids.ts'
import type { Run, RunEnd, RunOutput } from '../model/runs/run.ts'

/** Records of the runs of blocks, with their outputs. */
export interface Runs {
  /**
   * Stores a run, unless one with its id exists, in any session. Resolves to the stored run, and to whether it is the given one. Of
   * concurrent calls with one id exactly one stores its run.
   */
  begin(run: Run): Promise<{ run: Run; isNew: boolean }>

  /** Appends an output to a running run, and sets its cost. Resolves to false, without a change, if the run is not running. */
  append(key: RunKey, output: RunOutput, cost: number): Promise<boolean>

  /** Sets the lease of a running run. Resolves to the run; undefined for an unknown one. */
  renew(key: RunKey, leaseUntil: string): Promise<Run | undefined>

  /**
   * Ends a running run and sets its cost. A cancelled run loses its outputs. A run that has ended does not change. Resolves to the
   * run; undefined for an unknown one.
   */
  end(key: RunKey, end: RunEnd): Promise<Run | undefined>

  /** Notes that a running run must be cancelled. Resolves to the run; undefined for an unknown one. */
  requestCancel(key: RunKey): Promise<Run | undefined>

  /** A run with its outputs in order. Undefined for an unknown one, and when `isPurged`. */
  get(key: RunKey): Promise<RecordedRun | undefined>

  /**
   * One page of the runs of a workspace, the last begun first, without their outputs. Excludes runs that are `isPurged`.
   * - With `session`, other runs than those of that session do not exist.
   */
  list(query: RunQuery): Promise<RunPage>

  /** Up to `limit` running runs of all workspaces whose lease has ended, the earliest lease first. */
  listAbandoned(limit: number): Promise<Run[]>
}

export interface RecordedRun {
  run: Run
  outputs: RunOutput[]
}

/** A run of one workspace. With `session`, a run of another session does not exist. */
export type RunKey = Pick<Run, 'workspaceId' | 'id'> & { session?: SessionId | undefined }

export interface RunQuery {
  workspaceId: string
  session?: SessionId | undefined
  limit: number
  after?: RunPosition | undefined
}

export interface RunPage {
  runs: Run[]
  /** The position of the next page, if there is one. */
  next?: RunPosition
}

export type RunPosition = Pick<Run, 'createdAt' | 'id'>
