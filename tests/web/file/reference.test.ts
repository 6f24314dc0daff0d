import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseReference as parseOfService } from '../../../shared/media/reference.ts'
import { parseReference } from '../../../web/file/reference.ts'

const id = '22850e4e-0300-4a11-9c5d-0123456789ab'

describe('parseReference', () => {
  test.each([
    [`workspace://${id}`, { id }],
    [`WORKSPACE://${id.toUpperCase()}`, { id }],
    [`workspace://${id}#image/png`, { id, hint: 'image/png' }],
    [`workspace://${id}#image%2Fsvg%2Bxml`, { id, hint: 'image/svg+xml' }],
    [`workspace://${id}#not a type`, { id }],
    [`workspace://${id}#`, { id }],
    ['workspace:///a.png', { path: '/a.png' }],
    [
      'workspace:///notes/%C3%BC%20b.txt#Text/Plain',
      { path: '/notes/ü b.txt', hint: 'text/plain' },
    ],
    ['workspace:///a%23b%3Fc.txt', { path: '/a#b?c.txt' }],
  ])('%s names a file', (text, reference) => {
    expect(parseReference(text)).toEqual(reference)
  })

  test.each([
    '',
    'a.png',
    '/a.png',
    'workspace:',
    'workspace://',
    'workspace:///',
    'workspace:///a/',
    'workspace:///a//b',
    'workspace:///a/../b',
    'workspace:///a/%2e%2e/b',
    'workspace:///./b',
    'workspace:///a%2Fb',
    'workspace:///a%5Cb',
    'workspace:///a?b',
    'workspace:///a%00b',
    'workspace:///a%E2%80%AEb',
    'workspace:///%zz',
    'workspace://not-an-id',
    `workspace://${id}/more`,
    `workspace://${id}?query`,
    `https://example.com/${id}`,
    `javascript:alert(1)//workspace://${id}`,
    'data:text/html,<script>alert(1)</script>',
    'blob:https://example.com/x',
    'workspace:///\ud800',
  ])('%j names no file', (text) => {
    expect(parseReference(text)).toBeUndefined()
  })

  test('a text of more than 4096 characters names no file', () => {
    expect(parseReference(`workspace:///${'a'.repeat(4084)}`)).toBeUndefined()
    expect(parseReference(`workspace:///${'a'.repeat(4083)}`)).toBeDefined()
  })

  test.each([
    ['chart.png', 'run-1', '/sessions/run-1/chart.png'],
    ['charts/a:b.png#image/png', 'run-1', '/sessions/run-1/charts/a:b.png'],
    ['javascript:alert(1)', 'run-1', undefined],
    ['//example.com/a', 'run-1', undefined],
    ['/a.png', 'run-1', undefined],
    ['../a.png', 'run-1', undefined],
    ['a.png', '..', undefined],
    ['a.png', 'run/1', undefined],
    ['a.png', '', undefined],
  ])('%s in the session %j is the path %s', (text, session, path) => {
    const reference = parseReference(text, session)
    expect(reference && 'path' in reference ? reference.path : undefined).toBe(path)
  })

  test('names the same file as the service does, wherever the service accepts the text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('/', '%', '%41', '.', '..', '#', '?', id, 'ü'),
    )
    const texts = fc
      .array(piece, { maxLength: 6 })
      .map((pieces) => `workspace:///${pieces.join('')}`)
    fc.assert(
      fc.property(texts, (text) => {
        const accepted = acceptedByService(text)
        const parsed = parseReference(text)
        const path = parsed && 'path' in parsed ? parsed.path.normalize('NFC') : undefined
        expect(accepted ?? path).toBe(path)
      }),
      { numRuns: 300 },
    )
  })
})

/** The path, if the service parses the text. A type that it rejects is only a hint here. */
function acceptedByService(text: string): string | undefined {
  try {
    const reference = parseOfService(text.replace(/#.*$/s, ''))
    return 'path' in reference ? reference.path : undefined
  } catch {
    return undefined
  }
}
