import { STATUS_CODES } from 'node:http'
import { WorkspaceError, type ErrorCode, type FieldError } from '../model/errors.ts'
import { fileView } from '../api/file-view.ts'

interface ProblemKind {
  status: number
  title: string
  /** The status if the error rejects the bytes of this request, such as an upload that waited for its verdict. */
  uploadStatus?: number
  /** The default of `Retry-After`; an error may set another. */
  retryAfterSeconds?: number
}

/** The answer to each error code. */
const problems: Record<ErrorCode, ProblemKind> = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'digest-mismatch': { status: 400, title: 'The bytes do not match their digest' },
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
  'not-scanned': { status: 409, title: 'The file is not scanned yet', retryAfterSeconds: 1 },
  gone: { status: 410, title: 'The file is in the trash' },
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

interface ProblemBody {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  errors?: FieldError[]
  file?: ReturnType<typeof fileView>
}

interface ProblemContext {
  requestId: string
  /** Whether the error rejects the bytes of this request. */
  uploaded?: boolean | undefined
  /** The path of `PUBLIC_URL`, inserted before `/api/workspace` in the routes that a detail names. */
  publicPath?: string | undefined
  /** `WWW-Authenticate` (RFC 6750 §3) for an error about the token. */
  challenge?: string | undefined
}

/** An error as `application/problem+json` (RFC 9457). An unexpected error becomes a 500 without its message. */
export function problemResponse(error: unknown, context: ProblemContext): Response {
  const instance = instanceOf(context.requestId)
  if (!(error instanceof WorkspaceError)) {
    return problem({
      type: 'urn:coffer:problem:internal',
      title: 'Internal server error',
      status: 500,
      detail:
        'The service failed; nothing is wrong with the request. Try again, and report the instance if the error persists.',
      instance,
    })
  }
  const kind = problems[error.code]
  const body = {
    type: `urn:coffer:problem:${error.code}`,
    title: kind.title,
    status: (context.uploaded ? kind.uploadStatus : undefined) ?? kind.status,
    detail: withPublicRoutes(error.message, context.publicPath),
    instance,
    ...(error.errors && { errors: error.errors }),
    ...(error.file && { file: fileView(error.file) }),
  }
  return problem(body, headersOf(error, kind, context))
}

/** Inserts the path of `PUBLIC_URL` into the routes that a detail names. */
function withPublicRoutes(detail: string, path = ''): string {
  return detail.replace(/\b(GET|POST|PUT|PATCH|DELETE) (?=\/api\/workspace\/)/g, `$1 ${path}`)
}

/** A problem of the type `about:blank`, which has no meaning beyond its HTTP status (RFC 9457 §4.2.1). */
export function statusProblem(status: number, detail: string, requestId: string): Response {
  const title = STATUS_CODES[status] ?? 'Refused'
  return problem({ type: 'about:blank', title, status, detail, instance: instanceOf(requestId) })
}

function headersOf(error: WorkspaceError, kind: ProblemKind, context: ProblemContext) {
  const retryAfterSeconds = error.retryAfterSeconds ?? kind.retryAfterSeconds
  const challenge =
    context.challenge ?? (error.code === 'unauthenticated' ? 'Bearer realm="coffer"' : undefined)
  return {
    ...(retryAfterSeconds !== undefined && { 'Retry-After': `${Math.ceil(retryAfterSeconds)}` }),
    ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
  }
}

function problem(body: ProblemBody, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...headers,
    },
  })
}

/** The request id as a URI: `urn:uuid:` for a UUID (RFC 9562 §4), otherwise a URN of Coffer for an id that the caller chose. */
function instanceOf(requestId: string): string {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
  return (uuid.test(requestId) ? 'urn:uuid:' : 'urn:coffer:request:') + requestId
}
