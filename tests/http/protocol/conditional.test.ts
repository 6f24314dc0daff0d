import { describe, expect, it } from 'vitest'
import {
  evaluatePreconditions,
  ifRangeHolds,
  parseWritePreconditions,
} from '../../../shared/http/protocol/conditional.ts'

const sum = 'ab'.repeat(32)
const other = 'cd'.repeat(32)
const current = { etag: '"v1"', lastModified: new Date('2026-01-02T03:04:05.678Z') }
const same = 'Fri, 02 Jan 2026 03:04:05 GMT'
const before = 'Fri, 02 Jan 2026 03:04:04 GMT'
const after = 'Fri, 02 Jan 2026 03:04:06 GMT'

type Fields = Record<string, string>
const reader = (fields: Fields) => (name: string) => fields[name]

const outcomes: [fields: Fields, get: string, put: string][] = [
  [{}, 'proceed', 'proceed'],
  [{ 'if-match': '"v1"' }, 'proceed', 'proceed'],
  [{ 'if-match': '*' }, 'proceed', 'proceed'],
  [{ 'if-match': ' * ' }, 'proceed', 'proceed'],
  [{ 'if-match': '"v0", "v1"' }, 'proceed', 'proceed'],
  [{ 'if-match': '"a,b" ,, "v1"' }, 'proceed', 'proceed'],
  [{ 'if-match': '"v0"' }, 'precondition-failed', 'precondition-failed'],
  [{ 'if-match': 'W/"v1"' }, 'precondition-failed', 'precondition-failed'],
  [{ 'if-match': '' }, 'precondition-failed', 'precondition-failed'],
  [{ 'if-match': 'v1' }, 'precondition-failed', 'precondition-failed'],
  [{ 'if-match': '"v1' }, 'precondition-failed', 'precondition-failed'],
  [{ 'if-match': '"v1" "v1"' }, 'precondition-failed', 'precondition-failed'],
  [{ 'if-match': '"v1", *' }, 'precondition-failed', 'precondition-failed'],
  [{ 'if-match': '"*"' }, 'precondition-failed', 'precondition-failed'],
  [{ 'if-none-match': '"v1"' }, 'not-modified', 'precondition-failed'],
  [{ 'if-none-match': 'W/"v1"' }, 'not-modified', 'precondition-failed'],
  [{ 'if-none-match': '"v0",W/"v1"' }, 'not-modified', 'precondition-failed'],
  [{ 'if-none-match': '*' }, 'not-modified', 'precondition-failed'],
  [{ 'if-none-match': '"v0"' }, 'proceed', 'proceed'],
  [{ 'if-none-match': '"*"' }, 'proceed', 'proceed'],
  [{ 'if-none-match': '"V1"' }, 'proceed', 'proceed'],
  [{ 'if-none-match': 'w/"v1"' }, 'proceed', 'proceed'],
  [{ 'if-none-match': 'v1' }, 'proceed', 'proceed'],
  [{ 'if-none-match': '' }, 'proceed', 'proceed'],
  [{ 'if-modified-since': same }, 'not-modified', 'proceed'],
  [{ 'if-modified-since': after }, 'not-modified', 'proceed'],
  [{ 'if-modified-since': 'Friday, 02-Jan-26 03:04:05 GMT' }, 'not-modified', 'proceed'],
  [{ 'if-modified-since': 'Fri Jan  2 03:04:05 2026' }, 'not-modified', 'proceed'],
  [{ 'if-modified-since': before }, 'proceed', 'proceed'],
  [{ 'if-modified-since': 'never' }, 'proceed', 'proceed'],
  [{ 'if-unmodified-since': same }, 'proceed', 'proceed'],
  [{ 'if-unmodified-since': after }, 'proceed', 'proceed'],
  [{ 'if-unmodified-since': before }, 'precondition-failed', 'precondition-failed'],
  [{ 'if-unmodified-since': 'never' }, 'proceed', 'proceed'],
  [{ 'if-match': '"v1"', 'if-unmodified-since': before }, 'proceed', 'proceed'],
  [{ 'if-none-match': '"v0"', 'if-modified-since': same }, 'proceed', 'proceed'],
  [{ 'if-none-match': '"v1"', 'if-modified-since': before }, 'not-modified', 'precondition-failed'],
  [{ 'if-match': '"v1"', 'if-none-match': '"v1"' }, 'not-modified', 'precondition-failed'],
  [{ 'if-match': '"v0"', 'if-none-match': '"v1"' }, 'precondition-failed', 'precondition-failed'],
  [{ 'if-unmodified-since': after, 'if-modified-since': after }, 'not-modified', 'proceed'],
]

describe('preconditions (RFC 9110 §13)', () => {
  it.each(outcomes)('%j: GET %s, PUT %s', (fields, get, put) => {
    expect(evaluatePreconditions('GET', reader(fields), current)).toBe(get)
    expect(evaluatePreconditions('HEAD', reader(fields), current)).toBe(get)
    expect(evaluatePreconditions('PUT', reader(fields), current)).toBe(put)
  })
})

const ifRanges: [field: string | undefined, holds: boolean][] = [
  [undefined, true],
  ['"v1"', true],
  [same, true],
  ['W/"v1"', false],
  ['"v0"', false],
  ['"v1", "v0"', false],
  ['*', false],
  ['v1', false],
  ['', false],
  [before, false],
  [after, false],
]

describe('an entity-tag modified by a proxy', () => {
  const ours = { ...current, etag: `"${sum}"` }
  it.each([`W/"${sum}"`, `"${sum}-gzip"`, `W/"${sum};br"`])(
    'matches weakly, and not strongly: %s',
    (tag) => {
      const match = evaluatePreconditions('GET', reader({ 'if-match': tag }), ours)
      const noneMatch = evaluatePreconditions('GET', reader({ 'if-none-match': tag }), ours)
      expect([match, noneMatch]).toEqual(['precondition-failed', 'not-modified'])
      expect(ifRangeHolds(tag, ours), 'parts of coded bytes are not parts of these').toBe(false)
    },
  )

  it('does not match other bytes', () => {
    const tag = `W/"${other}"`
    const match = evaluatePreconditions('GET', reader({ 'if-match': tag }), ours)
    const noneMatch = evaluatePreconditions('GET', reader({ 'if-none-match': tag }), ours)
    expect([match, noneMatch]).toEqual(['precondition-failed', 'proceed'])
  })
})

describe('If-Range (RFC 9110 §13.1.5)', () => {
  it.each(ifRanges)('%s: %s', (field, holds) => {
    expect(ifRangeHolds(field, current)).toBe(holds)
  })

  it('never holds for a weak form of the current tag', () => {
    expect(ifRangeHolds('W/"v1"', { ...current, etag: 'W/"v1"' })).toBe(false)
  })
})

describe('preconditions of an upload', () => {
  it.each<[Fields, object]>([
    [{}, {}],
    [{ 'if-none-match': '*' }, { mustBeAbsent: true }],
    [{ 'if-match': '*' }, { mustReplace: '*' }],
    [{ 'if-match': `"${sum}"` }, { mustReplace: [sum] }],
    [{ 'if-match': `"${sum}", "${other}"` }, { mustReplace: [sum, other] }],
    ...[
      `W/"${sum}"`,
      `"${sum}-gzip"`,
      `"${sum}--gzip"`,
      `"${sum};br"`,
      `W/"${sum}-zstd"`,
      `"${sum}-gzip-gzip"`,
    ].map((tag): [Fields, object] => [{ 'if-match': tag }, { mustReplace: [sum] }]),
    ...[`"${sum}-tar"`, `"${sum}gzip"`, `"x${sum}"`, `"${sum.slice(1)}"`].map(
      (tag): [Fields, object] => [{ 'if-match': tag }, { mustReplace: [] }],
    ),
    [{ 'if-match': '"foreign"' }, { mustReplace: [] }],
    [
      { 'if-match': '*', 'if-none-match': '*' },
      { mustReplace: '*', mustBeAbsent: true },
    ],
    [{ 'if-match': '*', 'if-unmodified-since': same }, { mustReplace: '*' }],
    [{ 'if-modified-since': same }, {}],
  ])('%j is %j', (fields, preconditions) => {
    expect(parseWritePreconditions(reader(fields))).toEqual(preconditions)
  })

  it.each<[Fields, string]>([
    [{ 'if-match': 'v1' }, 'If-Match'],
    [{ 'if-none-match': `"${sum}"` }, 'If-None-Match'],
    [{ 'if-none-match': 'x' }, 'If-None-Match'],
    [{ 'if-unmodified-since': same }, 'If-Unmodified-Since'],
  ])('rejects %j naming %s', (fields, field) => {
    expect(() => parseWritePreconditions(reader(fields))).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        errors: [expect.objectContaining({ field })],
      }),
    )
  })
})
