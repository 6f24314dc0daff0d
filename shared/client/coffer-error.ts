import type { z } from 'zod'
import type { ProblemCode, problemSchema } from '../api/answers/problem.ts'
import type { Answer, FileView } from './types.ts'

type Problem = z.input<typeof problemSchema>

/** The codes of the API's problems; `network` if no answer came, `unexpected-answer` if it is no problem of Coffer. */
export type CofferErrorCode = ProblemCode | 'network' | 'unexpected-answer'

interface Details {
  status?: number | undefined
  file?: FileView | undefined
  fields?: readonly { field: string; detail: string }[] | undefined
  retryAfterSeconds?: number | undefined
  requestId?: string | undefined
  cause?: unknown
}

/** A refusal of the service, or a request without an answer. `message` says what to do instead. */
export class CofferError extends Error {
  override readonly name = 'CofferError'
  readonly code: CofferErrorCode
  /** The HTTP status; 0 without an answer. */
  readonly status: number
  /** The stored file that the refusal is about. */
  readonly file: FileView | undefined
  /** The fields that break a rule. */
  readonly fields: readonly { field: string; detail: string }[]
  readonly retryAfterSeconds: number | undefined
  /** Names the request in the log of the service. */
  readonly requestId: string | undefined

  constructor(code: CofferErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause })
    this.code = code
    this.status = details.status ?? 0
    this.file = details.file
    this.fields = details.fields ?? []
    this.retryAfterSeconds = details.retryAfterSeconds
    this.requestId = details.requestId
  }
}

const prefix = 'urn:coffer:problem:'

/** The error of an answer that is no success. */
export function errorOf(answer: Answer): CofferError {
  const { status } = answer
  const retryAfterSeconds = Number(answer.header('Retry-After') ?? Number.NaN)
  const details = {
    status,
    retryAfterSeconds: Number.isFinite(retryAfterSeconds) ? retryAfterSeconds : undefined,
    requestId: answer.header('X-Request-Id') ?? undefined,
  }
  const problem = problemOf(answer)
  if (problem === undefined) {
    return new CofferError('unexpected-answer', `The service answered HTTP ${status}.`, details)
  }
  const code = problem.type.slice(prefix.length) as ProblemCode
  return new CofferError(code, problem.detail, {
    ...details,
    file: problem.file,
    fields: problem.errors,
  })
}

function problemOf(answer: Answer): Problem | undefined {
  try {
    const body = JSON.parse(answer.text) as Problem | null
    return body?.type.startsWith(prefix) ? body : undefined
  } catch {
    return undefined
  }
}

/** Whether the same request can succeed later. */
export function isTransient(error: unknown): error is CofferError {
  if (!(error instanceof CofferError)) return false
  const { code, status } = error
  return code === 'network' || status === 408 || status === 429 || status >= 500
}
