import { grpcStatus } from '../status.ts'

type StatusName = keyof typeof grpcStatus

/** An error of Firestore, or of the way to it, with its gRPC status code. */
export class FirestoreError extends Error {
  override readonly name = 'FirestoreError'
  readonly code: number

  constructor(status: StatusName, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = grpcStatus[status]
  }
}

/** The error in an answer (https://cloud.google.com/apis/design/errors#http_mapping). */
export interface ErrorBody {
  message?: string
  status?: string
}

export function errorOf({ message, status }: ErrorBody, httpStatus: number): FirestoreError {
  const text = message ?? `Firestore answered ${httpStatus}`
  return new FirestoreError(isStatusName(status) ? status : statusOf(httpStatus), text)
}

/** The error for a request without a complete answer. */
export function networkError(cause: unknown, isLate = false): FirestoreError {
  const { message } = cause instanceof Error ? cause : new Error(String(cause))
  return new FirestoreError(isLate ? 'DEADLINE_EXCEEDED' : 'UNAVAILABLE', message, cause)
}

function isStatusName(name: string | undefined): name is StatusName {
  return name !== undefined && Object.hasOwn(grpcStatus, name)
}

/** For an answer of a proxy, which names no status. */
function statusOf(httpStatus: number): StatusName {
  const known: Partial<Record<number, StatusName>> = {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    429: 'RESOURCE_EXHAUSTED',
    504: 'DEADLINE_EXCEEDED',
  }
  return known[httpStatus] ?? (httpStatus >= 500 ? 'UNAVAILABLE' : 'UNKNOWN')
}
