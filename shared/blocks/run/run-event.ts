import type { ErrorCode } from '../../model/errors.ts'
import type { BlockErrorCode } from '../errors.ts'

/** The code of a failed run. `internal` is a bug of the block or of the service. */
type RunErrorCode = BlockErrorCode | ErrorCode | 'internal'

/** What a run tells, in order. The first event is `started`. The last one is `completed`, `failed` or `cancelled`. */
export type RunEvent =
  | { type: 'started'; run: string }
  | { type: 'progress'; message: string; fraction?: number }
  /** Files in the value are references to scanned files of the caller. */
  | { type: 'output'; name: string; value: unknown }
  /** `cost` is in credits. */
  | { type: 'completed'; cost: number }
  | { type: 'failed'; code: RunErrorCode; detail: string; cost: number }
  | { type: 'cancelled'; cost: number }

export type EndEvent = Extract<RunEvent, { type: 'completed' | 'failed' | 'cancelled' }>
