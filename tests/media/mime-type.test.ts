import { MIMEType } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalizeMimeType } from '../../shared/media/mime-type.ts'

test.each([
  ['text/plain', 'text/plain'],
  [' TEXT/Plain ; Charset = utf-8', 'text/plain'],
  ['text/html;charset="utf-8"', 'text/html;charset=utf-8'],
  ['text/html;a="b;c";d=e f ;a=2', 'text/html;a="b;c";d="e f"'],
  [String.raw`text/html;a="\"\\"`, String.raw`text/html;a="\"\\"`],
  ['text/html;a="never closed', 'text/html;a="never closed"'],
  ['text/html;a="";b=;c', 'text/html;a=""'],
  ['text/html;=x;a b=1;ä=1;c=\u0100', 'text/html'],
  ['text', undefined],
  ['/plain', undefined],
  ['text/', undefined],
  ['text/a b', undefined],
])('normalizeMimeType(%j) returns %j', (text, expected) => {
  expect(normalizeMimeType(text)).toBe(expected)
})

test('normalizeMimeType agrees with MIMEType of Node.js', () => {
  const piece = fc.constantFrom('a', 'B', '/', ';', '=', '"', '\\', ' ', '\t', '\n', 'ÿ', 'Ā', '-')
  const texts = fc.string({ unit: piece, maxLength: 24 }).map((rest) => `a/b${rest}`)
  fc.assert(
    fc.property(fc.oneof(texts, fc.string({ unit: piece, maxLength: 8 })), (text) => {
      expect(normalizeMimeType(text)).toBe(oracle(text))
    }),
    { numRuns: 3000 },
  )
})

function oracle(text: string): string | undefined {
  try {
    return new MIMEType(text).toString()
  } catch {
    return undefined
  }
}
