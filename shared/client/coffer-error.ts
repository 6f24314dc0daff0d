import type { z } from 'zod'
import type { ProblemCode, problemSchema } from '../api/answers/problem.ts'
import type { Answer, FileView } from './types.ts'

type Problem = z.input<typeof problemSchema>

/** The codes of the API's problems; `network` if no answer came, `unexpected-answer` if it is no problem of Coffer. */
export type CofferErrorCode = ProblemCode | 'network' | 'unexpected-answer'

interface Details {
  status?: number
  file?: FileView | undefined
  fields?: readonly { field: string; detail: string }[]
  retryAfterSeconds?: number | undefined
  requestId?: string | undefined
  cause?: unknown
}

/** A refusal of the service, or a request without an answer. `message` says what to do instead. */
export class CofferError extends Error {
  override readonly name = 'CofferError'
  declare readonly code: CofferErrorCode
  /** The HTTP status; 0 without an answer. */
  declare readonly status: number
  /** The stored file that the refusal is about. */
  declare readonly file: FileView | undefined
  /** The fields that break a rule. */
  declare readonly fields: readonly { field: string; detail: string }[]
  declare readonly retryAfterSeconds: number | undefined
  /** Names the request in the log of the service. */
  declare readonly requestId: string | undefined

  constructor(code: CofferErrorCode, message: string, { cause, ...details }: Details = {}) {
    super(message, { cause })
    Object.assign(this, { code, status: 0, fields: [], ...details })
  }
}

const prefix = 'urn:coffer:problem:'

/** The error of an answer that is no success. */
export function errorOf(answer: Answer): CofferError {
  const { status } = answer
  const seconds = Number(answer.header('Retry-After') ?? Number.NaN)
  const problem = problemOf(answer)
  const code = problem ? (problem.type.slice(prefix.length) as ProblemCode) : 'unexpected-answer'
  return new CofferError(code, problem?.detail ?? `The service answered HTTP ${status}.`, {
    status,
    retryAfterSeconds: seconds >= 0 ? seconds : undefined,
    requestId: answer.header('X-Request-Id') ?? undefined,
    file: problem?.file,
    fields: problem?.errors ?? [],
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

/** The HTTP status of a `CofferError`: 0 without an answer. NaN for every other error. */
export function statusOf(error: unknown): number {
  return error instanceof CofferError ? error.status : Number.NaN
}

/** Whether the service did not answer, or answered with a server error. */
export function isOutage(error: unknown): boolean {
  const status = statusOf(error)
  return status === 0 || status >= 500
}

/** Whether the same request can succeed later. */
export function isTransient(error: unknown): error is CofferError {
  return isOutage(error) || [408, 429].includes(statusOf(error))
}
