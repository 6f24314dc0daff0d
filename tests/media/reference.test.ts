import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatReference, isReference, parseReference } from '../../shared/media/reference.ts'
import { parseFileId, parsePath } from '../../shared/model/path.ts'
import type { FileId } from '../../shared/model/ids.ts'

const id = randomUUID() as FileId

describe('a workspace reference', () => {
  it.each<[string, object]>([
    [`workspace://${id}`, { id }],
    [`workspace://${id}#`, { id }],
    [`workspace://${id}#image/png`, { id, mimeType: 'image/png' }],
    [`workspace://${id}#image/svg%2Bxml`, { id, mimeType: 'image/svg+xml' }],
    [`workspace://${id}#Text/Plain;charset=utf-8`, { id, mimeType: 'text/plain' }],
    [`WORKSPACE://${id.toUpperCase()}`, { id }],
    ['workspace:///reports/q3.pdf', { path: '/reports/q3.pdf' }],
    ['workspace:///a%20b%23c.txt#text/plain', { path: '/a b#c.txt', mimeType: 'text/plain' }],
    ['workspace:///a b/日本.txt', { path: '/a b/日本.txt' }],
    ['workspace:///100%2525', { path: '/100%25' }],
    ['workspace:///cafe%CC%81', { path: '/café' }],
    ['workspace:///sessions/s1/a.txt', { path: '/sessions/s1/a.txt' }],
  ])('%j is accepted', (text, reference) => {
    expect(parseReference(text)).toEqual(reference)
  })

  it.each([
    ['workspace:', /start with/],
    ['workspace:/a', /start with/],
    ['http://example.com', /start with/],
    ['workspace://', /by its id/],
    ['workspace://abc', /by its id/],
    [`workspace://${id}/`, /by its id/],
    [`workspace://${id}?x`, /by its id/],
    [`workspace://user@${id}`, /by its id/],
    ['workspace:///', /empty/],
    ['workspace:////a', /empty/],
    ['workspace:///a/', /empty/],
    ['workspace:///../a', /segment/],
    ['workspace:///a/%2e%2E/b', /segment/],
    ['workspace:///a%2Fb', /encoded slash/],
    ['workspace:///a%5Cb', /"\\\\"|\\/],
    ['workspace:///a?b', /%3F/],
    ['workspace:///100%', /%25/],
    ['workspace:///%FF', /%25/],
    ['workspace:///a%00', /control/],
    [`workspace://${id}#png`, /media type/],
    [`workspace://${id}#image/p%0Ang`, /media type/],
  ])('%j is rejected with the broken rule', (text, rule) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        errors: [{ field: 'source', detail: expect.stringMatching(rule) }],
      }),
    )
  })

  it('survives formatting and parsing with any path and type', () => {
    const mimeType = fc.option(
      fc
        .tuple(
          fc.stringMatching(/^[a-z0-9][a-z0-9!#$&^_.+-]{0,20}$/),
          fc.constantFrom('x', 'svg+xml'),
        )
        .map((halves) => halves.join('/')),
      { nil: undefined },
    )
    fc.assert(
      fc.property(anyPath(), mimeType, (path, type) => {
        for (const target of [{ path }, { id }]) {
          const reference = type === undefined ? target : { ...target, mimeType: type }
          const text = formatReference(reference)
          expect(text).toMatch(/^workspace:\/\/[\x21-\x7e]+$/)
          expect(URL.canParse(text)).toBe(true)
          expect(isReference(text)).toBe(true)
          expect(parseReference(text)).toEqual(reference)
        }
      }),
    )
  })

  it('has no escapes if none is needed', () => {
    expect(formatReference({ path: parsePath('/a b.svg'), mimeType: 'image/svg+xml' })).toBe(
      'workspace:///a%20b.svg#image/svg+xml',
    )
    expect(parseFileId(formatReference({ id }).slice('workspace://'.length))).toBe(id)
  })
})

function isPath(text: string): boolean {
  try {
    return parsePath(text) !== undefined
  } catch {
    return false
  }
}

function anyPath() {
  const segment = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
  return fc
    .array(segment, { minLength: 1, maxLength: 4 })
    .map((segments) => `/${segments.join('/')}`)
    .filter(isPath)
    .map((text) => parsePath(text))
}
