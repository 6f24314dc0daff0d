import { expect } from 'vitest'

/** Problem details (RFC 9457) of the service. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  errors?: { field: string; detail: string }[]
  file?: { id: string; state: string; [member: string]: unknown }
}

const internals =
  /node_modules|\.[cm]?ts:\d|SQLITE|ENOENT|EACCES|EEXIST|ENAMETOOLONG|\bat .*\(|ZodError/

type Answer = Pick<Response, 'status' | 'headers'> & {
  text?: () => Promise<string>
  body?: unknown
}

/** Fails unless the answer is exactly this problem. Its errors must name `field` (`a|b` accepts either). */
export async function expectProblem(
  answer: Answer | undefined,
  status: number,
  code: string,
  field?: string,
): Promise<Problem> {
  const text = typeof answer?.body === 'string' ? answer.body : await answer?.text?.()
  expect({ status: answer?.status, text }).toMatchObject({ status, text: expect.any(String) })
  expect(answer?.headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/)
  const problem = JSON.parse(text ?? '') as Problem
  expect(problem).toMatchObject({ type: `urn:coffer:problem:${code}`, status })
  expect(problem.title).toMatch(/\S/)
  expect(problem.detail).toMatch(/\S/)
  expect(problem.instance).toMatch(/\S/)
  expect(problem.instance).toContain(answer?.headers.get('x-request-id') ?? 'no X-Request-Id')
  expect(text).not.toMatch(internals)
  if (code === 'invalid-request' || field !== undefined) {
    const errors = problem.errors ?? []
    expect(errors.length, 'a problem names what is wrong').toBeGreaterThan(0)
    for (const error of errors) expect(error.detail).toMatch(/\S/)
    const named = errors.map((error) => error.field).join(' ')
    if (field !== undefined) expect(named).toMatch(new RegExp(String.raw`\b(${field})\b`))
  }
  return problem
}
