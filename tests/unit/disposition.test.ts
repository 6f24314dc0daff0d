import { parse } from 'content-disposition'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentDisposition } from '../../shared/http/disposition.ts'
import { parseDisposition } from '../support/rfc8187.ts'

const written: Record<string, string> = {
  'plain.txt': 'attachment; filename="plain.txt"',
  'two words.txt': 'attachment; filename="two words.txt"',
  "it's; a=b, (c).txt": `attachment; filename="it's; a=b, (c).txt"`,
  'naïve.txt': `attachment; filename="naive.txt"; filename*=UTF-8''na%C3%AFve.txt`,
  '€ rates.pdf': `attachment; filename="_ rates.pdf"; filename*=UTF-8''%E2%82%AC%20rates.pdf`,
  '😀.png': `attachment; filename="_.png"; filename*=UTF-8''%F0%9F%98%80.png`,
  'say "hi".txt': `attachment; filename="say _hi_.txt"; filename*=UTF-8''say%20%22hi%22.txt`,
  'a\\b.txt': `attachment; filename="a_b.txt"; filename*=UTF-8''a%5Cb.txt`,
  '100%41.txt': `attachment; filename="100_41.txt"; filename*=UTF-8''100%2541.txt`,
  'a\r\nSet-Cookie: x': `attachment; filename="a__Set-Cookie: x"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x`,
  "é'()*.txt": `attachment; filename="e'()*.txt"; filename*=UTF-8''%C3%A9%27%28%29%2A.txt`,
}

describe('Content-Disposition (RFC 6266, RFC 8187)', () => {
  it.each(Object.entries(written))('%j', (name, field) => {
    expect(contentDisposition('attachment', name)).toBe(field)
  })

  it('may be inline', () => {
    expect(contentDisposition('inline', 'a.png')).toBe('inline; filename="a.png"')
  })

  it.each(['مستند.pdf', 'abc\u202Efdp.exe', '\u007f\u0085', 'x'.repeat(255), '報告.pdf', ''])(
    'comes back whole: %j',
    (name) => {
      const { extended, fallback } = parseDisposition(contentDisposition('attachment', name))
      expect(extended ?? fallback).toBe(name)
    },
  )

  it('says the very name to strict and to lenient parsers, in printable ASCII, for every name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const field = contentDisposition('attachment', name)
        expect(field).toMatch(/^[\x20-\x7e]*$/)
        const { extended, fallback } = parseDisposition(field)
        expect(extended ?? fallback).toBe(name)
        expect(parse(field).parameters['filename']).toBe(name)
        expect(fallback).not.toMatch(/["\\%/]/)
      }),
    )
  })

  it('survives a lone surrogate', () => {
    expect(contentDisposition('attachment', 'a\ud800')).toContain("filename*=UTF-8''a%EF%BF%BD")
  })
})
