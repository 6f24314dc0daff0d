/** What a run tells, in order. The first event is `started`. The last one is `completed`, `failed` or `cancelled`. */
export type RunEvent =
  | { type: 'started'; run: string }
  | { type: 'progress'; message: string; fraction?: number }
  /** Files in the value are references to scanned files of the caller. */
  | { type: 'output'; name: string; value: unknown }
  /**
   * `cost` is in credits. `code` is a `BlockErrorCode`, the code of a `WorkspaceError`, `internal` for a bug of the block, or
   * `interrupted` for a crash of the service.
   */
  | { type: 'completed'; cost: number }
  | { type: 'failed'; code: string; detail: string; cost: number }
  | { type: 'cancelled'; cost: number }

export type EndEvent = Extract<RunEvent, { type: 'completed' | 'failed' | 'cancelled' }>
