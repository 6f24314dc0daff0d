import type { FileRecord } from './file.ts'

/** All error codes of the service. A closed union, so that `switch (error.code)` narrows. */
export type ErrorCode =
  | 'invalid-request'
  | 'digest-mismatch'
  | 'size-mismatch'
  | 'unauthenticated'
  | 'forbidden'
  | 'infected'
  | 'unscannable'
  | 'not-found'
  | 'content-missing'
  | 'method-not-allowed'
  | 'timeout'
  | 'path-taken'
  | 'key-reused'
  | 'run-in-progress'
  | 'not-scanned'
  | 'gone'
  | 'share-expired'
  | 'share-revoked'
  | 'events-expired'
  | 'precondition-failed'
  | 'too-large'
  | 'quota-exceeded'
  | 'unsupported-type'
  | 'range-not-satisfiable'
  | 'too-many-requests'
  | 'scanner-unavailable'
  | 'identity-unavailable'
  | 'store-unavailable'
  | 'renderer-unavailable'

/** An input field and the rule that it violates. */
export interface FieldError {
  field: string
  detail: string
}

interface ErrorOptions {
  cause?: unknown
  /** The stored file that caused the error, if the caller may see it. */
  file?: FileRecord
  errors?: FieldError[]
  retryAfterSeconds?: number
}

/** An expected error. `detail` explains what the caller can do instead. A bug throws a plain `Error`. */
export class WorkspaceError extends Error {
  override readonly name = 'WorkspaceError'
  readonly code: ErrorCode
  readonly file: FileRecord | undefined
  readonly errors: FieldError[] | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, detail: string, options: ErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.file = options.file
    this.errors = options.errors
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** The error for an input field that violates a rule. */
export function invalid(field: string, rule: string): WorkspaceError {
  return new WorkspaceError('invalid-request', `${field}: ${rule}`, {
    errors: [{ field, detail: rule }],
  })
}

/** The error for a file that exceeds its size limit. */
export function tooLarge(maxBytes: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The file is larger than its limit of ${maxBytes} bytes. Send a smaller one, or announce its size with POST /api/workspace/uploads.`,
  )
}

/** The error for a rendering request when the queue is full. */
export function rendererBusy(): WorkspaceError {
  return new WorkspaceError(
    'too-many-requests',
    'Too many images are being rendered. Try again in a few seconds.',
    { retryAfterSeconds: 5 },
  )
}
