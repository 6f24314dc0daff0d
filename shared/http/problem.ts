import { STATUS_CODES } from 'node:http'
import type { Problem } from '../api/answers/problem.ts'
import { fileView } from '../api/file-view.ts'
import { problemKinds, type ProblemKind } from '../api/problem-kinds.ts'
import { WorkspaceError } from '../model/errors.ts'

interface ProblemContext {
  requestId: string
  /** Whether the error rejects the bytes of this request. */
  uploaded?: boolean | undefined
  /** The path of `PUBLIC_URL`, inserted before `/api/workspace` in the routes that a detail names. */
  publicPath?: string | undefined
  /** `WWW-Authenticate` (RFC 6750 §3) for an error about the token. */
  challenge?: string | undefined
}

/** An error as `application/problem+json` (RFC 9457). */
export function problemResponse(error: unknown, context: ProblemContext): Response {
  const body = problemOf(error, context)
  if (!(error instanceof WorkspaceError)) return problem(body)
  return problem(body, headersOf(error, problemKinds[error.code], context))
}

/** The body of a problem. An unexpected error becomes a 500 without its message. */
export function problemOf(error: unknown, context: ProblemContext): Problem {
  const instance = instanceOf(context.requestId)
  if (!(error instanceof WorkspaceError)) {
    return {
      type: 'urn:coffer:problem:internal',
      title: 'Internal server error',
      status: 500,
      detail:
        'The service failed; nothing is wrong with the request. Try again, and report the instance if the error persists.',
      instance,
    }
  }
  const kind = problemKinds[error.code]
  return {
    type: `urn:coffer:problem:${error.code}`,
    title: kind.title,
    status: (context.uploaded ? kind.uploadStatus : undefined) ?? kind.status,
    detail: withPublicRoutes(error.message, context.publicPath),
    instance,
    ...(error.errors && { errors: error.errors }),
    ...(error.file && { file: fileView(error.file) }),
  }
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

function problem(body: Problem, headers: Record<string, string> = {}): Response {
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
