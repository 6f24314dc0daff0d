import type { ErrorCode } from '../model/errors.ts'

export interface ProblemKind {
  status: number
  title: string
  /** The status if the error rejects the bytes of this request, such as an upload that waited for its verdict. */
  uploadStatus?: number
  /** The default of `Retry-After`; an error may set another. */
  retryAfterSeconds?: number
}

/** The answer to each error code. */
export const problemKinds: Record<ErrorCode, ProblemKind> = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'digest-mismatch': { status: 400, title: 'The bytes do not match their digest' },
  'size-mismatch': { status: 400, title: 'The bytes are fewer than announced' },
  unauthenticated: { status: 401, title: 'Authentication is required' },
  forbidden: { status: 403, title: 'This is not allowed' },
  infected: { status: 403, uploadStatus: 422, title: 'The file is infected' },
  unscannable: { status: 403, uploadStatus: 422, title: 'The file cannot be scanned' },
  'not-found': { status: 404, title: 'Not found' },
  'content-missing': { status: 410, title: 'The bytes of the file are missing' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  // Clients retry a 408 automatically, but not a 400.
  timeout: { status: 408, title: 'The request took too long' },
  'path-taken': { status: 409, title: 'The path is taken' },
  'key-reused': { status: 422, title: 'The idempotency key belongs to another request' },
  'run-in-progress': { status: 409, title: 'The run has not ended', retryAfterSeconds: 2 },
  'not-scanned': { status: 409, title: 'The file is not scanned yet', retryAfterSeconds: 1 },
  gone: { status: 410, title: 'The file is in the trash' },
  'share-expired': { status: 410, title: 'The share link has expired' },
  'share-revoked': { status: 410, title: 'The share link was revoked' },
  'events-expired': { status: 410, title: 'The events are no longer kept' },
  'precondition-failed': { status: 412, title: 'A precondition does not hold' },
  'too-large': { status: 413, title: 'The content is too large' },
  'quota-exceeded': { status: 413, title: 'The quota is exceeded' },
  'unsupported-type': { status: 415, title: 'The type is not supported' },
  'range-not-satisfiable': { status: 416, title: 'The range cannot be satisfied' },
  'too-many-requests': { status: 429, title: 'There are too many requests', retryAfterSeconds: 1 },
  'scanner-unavailable': {
    status: 503,
    title: 'The virus scanner is not available',
    retryAfterSeconds: 5,
  },
  'identity-unavailable': {
    status: 503,
    title: 'The issuer of tokens is not available',
    retryAfterSeconds: 5,
  },
  'store-unavailable': {
    status: 503,
    title: 'The store is not available',
    retryAfterSeconds: 5,
  },
  'renderer-unavailable': {
    status: 503,
    title: 'The service that renders is not available',
    retryAfterSeconds: 5,
  },
}
