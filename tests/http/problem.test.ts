import { describe, expect, test } from 'vitest'
import { problemResponse } from '../../shared/http/problem.ts'
import { invalid, WorkspaceError, type ErrorCode } from '../../shared/model/errors.ts'
import { fileRecordSchema } from '../../shared/model/file.ts'

const requestId = '7f0e8a52-6a9e-4b4e-9a36-0d1f6c2b8a11'
const statuses: [ErrorCode, number][] = [
  ['invalid-request', 400],
  ['digest-mismatch', 400],
  ['size-mismatch', 400],
  ['unauthenticated', 401],
  ['forbidden', 403],
  ['infected', 403],
  ['unscannable', 403],
  ['not-found', 404],
  ['method-not-allowed', 405],
  ['path-taken', 409],
  ['not-scanned', 409],
  ['gone', 410],
  ['precondition-failed', 412],
  ['too-large', 413],
  ['quota-exceeded', 413],
  ['unsupported-type', 415],
  ['range-not-satisfiable', 416],
  ['too-many-requests', 429],
  ['scanner-unavailable', 503],
]

const pending = fileRecordSchema.parse({
  id: '7f0e8a52-6a9e-4b4e-9a36-0d1f6c2b8a12',
  workspaceId: 'ada',
  name: 'a.txt',
  path: '/a.txt',
  sessionId: null,
  state: 'pending',
  mimeType: 'text/plain',
  sizeBytes: 5,
  checksum: null,
  storagePath: 'local://ada/7f0e8a52-6a9e-4b4e-9a36-0d1f6c2b8a12/a.txt',
  generation: null,
  scan: null,
  metadata: { a: 1 },
  origin: 'user-upload',
  createdAt: '2026-01-02T03:04:05.678Z',
  updatedAt: '2026-01-02T03:04:05.678Z',
  isDeleted: false,
  deletedAt: null,
  supersededBy: null,
  sequence: 41,
  reservation: {
    expiresAt: '2026-01-03T03:04:05.678Z',
    maxBytes: 5,
    overwrite: true,
    replaces: '*',
    reservedBytes: 5,
    uploadId: 'secret-of-the-session',
  },
})

function challengeOf(code: ErrorCode, challenge?: string) {
  const response = problemResponse(new WorkspaceError(code, 'x'), { requestId, challenge })
  return response.headers.get('WWW-Authenticate')
}

describe('problem+json (RFC 9457)', () => {
  test.each(statuses)('%s is %d', async (code, status) => {
    const response = problemResponse(new WorkspaceError(code, 'Do this instead.'), { requestId })
    expect(response.status).toBe(status)
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(await response.json()).toEqual({
      type: `urn:coffer:problem:${code}`,
      title: expect.stringMatching(/\S/),
      status,
      detail: 'Do this instead.',
      instance: `urn:uuid:${requestId}`,
    })
  })

  test.each(['infected', 'unscannable'] as const)(
    '%s is 422 for an upload that waited',
    async (code) => {
      const error = new WorkspaceError(code, 'x')
      const response = problemResponse(error, { requestId, uploaded: true })
      expect(response.status).toBe(422)
      expect(await response.json()).toMatchObject({ status: 422 })
    },
  )

  test('other errors keep their status for an upload that waited', () => {
    const error = new WorkspaceError('precondition-failed', 'x')
    expect(problemResponse(error, { requestId, uploaded: true }).status).toBe(412)
  })

  test('a request id other than a UUID becomes a URN of Coffer', async () => {
    const response = problemResponse(invalid('a', 'b'), { requestId: 'trace-1' })
    expect(await response.json()).toMatchObject({ instance: 'urn:coffer:request:trace-1' })
  })

  test('errors names the invalid field', async () => {
    const response = problemResponse(invalid('limit', 'must be smaller'), { requestId })
    expect(await response.json()).toMatchObject({
      detail: 'limit: must be smaller',
      errors: [{ field: 'limit', detail: 'must be smaller' }],
    })
  })

  test.each([
    [new WorkspaceError('not-scanned', 'x'), '1'],
    [new WorkspaceError('not-scanned', 'x', { retryAfterSeconds: 7 }), '7'],
    [new WorkspaceError('not-scanned', 'x', { retryAfterSeconds: 1.2 }), '2'],
    [new WorkspaceError('too-many-requests', 'x'), '1'],
    [new WorkspaceError('scanner-unavailable', 'x'), '5'],
    [new WorkspaceError('not-found', 'x'), null],
  ])('sets Retry-After: %s', (error, expected) => {
    expect(problemResponse(error, { requestId }).headers.get('Retry-After')).toBe(expected)
  })

  test('401 always has a challenge, and 403 only for a missing scope', () => {
    expect(challengeOf('unauthenticated')).toBe('Bearer realm="coffer"')
    expect(challengeOf('unauthenticated', 'Bearer x="y"')).toBe('Bearer x="y"')
    expect(challengeOf('forbidden')).toBeNull()
  })

  test('shows a file without internal fields', async () => {
    const error = new WorkspaceError('not-scanned', 'x', { file: pending })
    const body = (await problemResponse(error, { requestId }).json()) as { file: object }
    const { sequence: _, ...record } = pending
    expect(body.file).toEqual({
      ...record,
      modifiedAt: record.createdAt,
      reservation: { expiresAt: '2026-01-03T03:04:05.678Z', maxBytes: 5, overwrite: true },
    })
  })

  test.each([
    new Error('SQLITE_BUSY at /srv/data', { cause: new Error('secret') }),
    new TypeError('undefined is not a function'),
    'thrown text',
    undefined,
  ])('any other error is 500 without details: %s', async (error) => {
    const response = problemResponse(error, { requestId })
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(text).not.toMatch(/SQLITE|secret|undefined|thrown/)
    expect(JSON.parse(text)).toMatchObject({ type: 'urn:coffer:problem:internal', status: 500 })
  })
})
