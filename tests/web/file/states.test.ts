import { describe, expect, test } from 'vitest'
import {
  retrySeconds,
  shownOf,
  shownOfError,
  type WorkspaceFile,
} from '../../../web/file/states.ts'
import { format, meta, size, title } from '../../../web/file/words.ts'

const file: WorkspaceFile = {
  id: '22850e4e-0300-4a11-9c5d-0123456789ab',
  name: 'a.bin',
  mimeType: 'application/pdf',
  sizeBytes: 1_243_000,
  state: 'ready',
}

test.each([
  ['image/svg+xml', 'image'],
  ['video/webm', 'video'],
  ['audio/mpeg', 'audio'],
  ['application/pdf', 'document'],
  ['text/html', 'document'],
  ['imaginary/png', 'document'],
])('a clean file of type %s is in the state %s', (mimeType, state) => {
  expect(shownOf({ ...file, mimeType })).toMatchObject({ state, file: { mimeType } })
})

test.each(['pending', 'infected', 'unscannable'] as const)(
  'a record keeps its state %s',
  (state) => {
    expect(shownOf({ ...file, mimeType: 'image/png', state }).state).toBe(state)
  },
)

describe('the state after an error', () => {
  test.each<[object, object]>([
    [{ status: 400, code: 'invalid-request' }, { state: 'missing' }],
    [
      { status: 401, code: 'unauthenticated' },
      { state: 'no-access', canSignIn: true },
    ],
    [{ status: 403, code: 'forbidden' }, { state: 'no-access' }],
    [
      { status: 403, code: 'infected', file },
      { state: 'infected', file },
    ],
    [
      { status: 403, code: 'unscannable', file },
      { state: 'unscannable', file },
    ],
    [{ status: 404, code: 'not-found' }, { state: 'missing' }],
    [
      { status: 410, code: 'gone', file, message: 'Until 2026-12-25T10:00:00.000Z it can' },
      { state: 'gone', file, until: '2026-12-25T10:00:00.000Z' },
    ],
    [{ status: 410, code: 'gone', message: 'The upload was cancelled.' }, { state: 'gone' }],
    [{ status: 429, code: 'too-many-requests' }, { state: 'failed' }],
    [{ status: 500, code: 'internal' }, { state: 'failed' }],
    [new TypeError('Failed to fetch'), { state: 'failed' }],
    [{ status: 0, code: 'network' }, { state: 'failed' }],
  ])('%j is %j', (error, shown) => {
    expect(shownOfError(error)).toEqual({ file: undefined, until: undefined, ...shown })
  })

  test('keeps the record that was read before', () => {
    expect(shownOfError(new TypeError('Failed to fetch'), file)).toEqual({ state: 'failed', file })
  })
})

test.each([
  [{ status: 404 }, 1, undefined],
  [{ status: 403 }, 1, undefined],
  [new TypeError('Failed to fetch'), 1, 0.5],
  [{ status: 503 }, 2, 1],
  [{ status: 503, retryAfterSeconds: 3 }, 1, 3],
  [{ status: 429, retryAfterSeconds: 3600 }, 1, 15],
])('after %j and %i failures the next attempt is in %s seconds', (error, failures, seconds) => {
  expect(retrySeconds(error, failures)).toBe(seconds)
})

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [84_210, '84 kB'],
  [999_500, '1 MB'],
  [1_243_000, '1.2 MB'],
  [3e15, '3000 TB'],
])('%i bytes are %s', (bytes, words) => {
  expect(size(bytes)).toBe(words)
})

test.each([
  ['application/pdf', 'PDF'],
  ['text/plain', 'TEXT'],
  ['text/csv', 'CSV'],
  ['image/svg+xml', 'SVG'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'SHEET'],
  ['application/octet-stream', 'FILE'],
])('%s is written as %s', (mimeType, words) => {
  expect(format(mimeType)).toBe(words)
})

describe('the words of a state', () => {
  const pending = { ...file, state: 'pending' as const }
  const arriving = { ...pending, reservation: { maxBytes: 1000, receivedBytes: 627 } }
  const locked = { verdict: 'unscannable', reason: 'encrypted' }
  const deep = { verdict: 'unscannable', reason: 'nesting-limit' }
  test.each([
    [shownOf(file), 'a.bin', '1.2 MB · PDF'],
    [shownOf(pending), 'a.bin', 'Being scanned · 1.2 MB'],
    [shownOf(arriving), 'a.bin', 'Arriving, 62 %'],
    [
      shownOf({ ...file, state: 'infected', scan: { verdict: 'infected', threat: 'Eicar' } }),
      'a.bin',
      'Infected with Eicar. Nobody is served it.',
    ],
    [
      shownOf({ ...file, state: 'unscannable', scan: locked }),
      'a.bin',
      'Locked with a password, so it cannot be scanned',
    ],
    [
      shownOf({ ...file, state: 'unscannable', scan: deep }),
      'a.bin',
      'Cannot be scanned: nesting limit',
    ],
    [
      { state: 'gone' as const, file, until: '2026-12-25T10:00:00.000Z' },
      'a.bin',
      'In the trash until 25 December',
    ],
    [{ state: 'gone' as const }, 'A label', 'Deleted'],
    [{ state: 'missing' as const }, 'A file that is not here any more', 'x'],
    [{ state: 'no-access' as const, canSignIn: true }, 'Sign in to see this file', ''],
    [{ state: 'no-access' as const }, 'Not yours to see in this session', ''],
    [{ state: 'failed' as const }, 'A label', 'Could not be loaded'],
  ])('%j', (shown, name, line) => {
    expect(title(shown, 'A label')).toBe(name)
    expect(meta(shown, 'workspace://x#image/png')).toBe(line)
  })
})
