import type { ErrorCode } from '../../model/errors.ts'
import type { ProblemCode } from '../answers/problem.ts'
import type { Operation } from '../operation.ts'
import { problemKinds } from '../problem-kinds.ts'
import type { JsonSchema } from './json-schema.ts'

const withToken: ErrorCode[] = [
  'unauthenticated',
  'forbidden',
  'identity-unavailable',
  'store-unavailable',
]
const withBody: ErrorCode[] = ['timeout', 'too-large', 'unsupported-type']

/** The refusals of an operation by status, with the codes that each status has. */
export function refusalsOf(operation: Operation, problem: JsonSchema) {
  const { access, body, problems = [], receivesBytes } = operation
  const codes = new Set<ProblemCode>([
    'invalid-request',
    ...(access === 'anybody' ? [] : ['store-unavailable' as const]),
    ...(access === 'anybody' || access === 'url' ? [] : withToken),
    ...(body ? withBody : []),
    ...problems,
    'internal',
  ])
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes) {
    const status = statusOf(code, receivesBytes ?? false)
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${titleOf(code)}.`).join(' '),
        ...(status === 401 && { headers: reference('WWW-Authenticate') }),
        ...((status === 429 || status === 503) && { headers: reference('Retry-After') }),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  )
}

function statusOf(code: ProblemCode, receivesBytes: boolean): number {
  if (code === 'internal') return 500
  const { status, uploadStatus } = problemKinds[code]
  return receivesBytes && uploadStatus !== undefined ? uploadStatus : status
}

function titleOf(code: ProblemCode): string {
  return code === 'internal' ? 'Internal server error' : problemKinds[code].title
}

function reference(header: string) {
  return { [header]: { $ref: `#/components/headers/${header}` } }
}
