import { describe, expect, test } from 'vitest'
import { problemKinds } from '../../shared/api/problem-kinds.ts'
import { errorWords } from '../../shared/mcp/error-words.ts'
import { errorText } from '../../shared/mcp/tool-error.ts'
import { allTools } from '../../shared/mcp/tools/all-tools.ts'
import { WorkspaceError, type ErrorCode } from '../../shared/model/errors.ts'

const codes = Object.keys(problemKinds) as ErrorCode[]
/** The details of these errors come from the tools and the rules of paths. */
const ownDetail = /^(?:invalid-request|path-taken): .*/
const httpDetail =
  'Send it with POST /api/workspace/files and If-Match. Choose another with "onConflict".'

describe('errors that a model reads', () => {
  test.each(codes)('%s names no HTTP, and only tools that exist', (code) => {
    const text = errorText(new WorkspaceError(code, httpDetail), 'r1')
    expect(text).toMatch(new RegExp(`^${code}: [A-Z]`))
    expect(text.replace(ownDetail, '')).not.toMatch(/\/api\/|POST|If-Match/)
    const known = new Set(allTools.map(({ definition }) => definition.name))
    for (const [name] of text.matchAll(/\w+_workspace_\w+/g)) expect(known).toContain(name)
  })

  test('an unexpected error shows only the id of the request', () => {
    const text = errorText(new Error('ENOENT: /var/lib/coffer/secret'), 'r1')
    expect(text).toMatch(/^internal: The service failed; .* the id r1 /)
    expect(text).not.toContain('secret')
  })

  test('an error text has at most 1,000 characters', () => {
    const long = new WorkspaceError('invalid-request', 'x'.repeat(5000))
    expect(errorText(long, 'r1').length).toBe(1000)
  })

  test('every code has words', () => {
    expect(Object.keys(errorWords).sort()).toEqual(codes.toSorted())
  })
})
