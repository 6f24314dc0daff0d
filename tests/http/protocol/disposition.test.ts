import { parse } from 'content-disposition'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentDisposition } from '../../../shared/http/protocol/disposition.ts'
import { parseDisposition } from '../../support/http/rfc8187.ts'

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
  '\u2024\u2024': `attachment; filename="__"; filename*=UTF-8''%E2%80%A4%E2%80%A4`,
  'a\u2025\uff0fb': `attachment; filename="a__b"; filename*=UTF-8''a%E2%80%A5%EF%BC%8Fb`,
  'report….txt': `attachment; filename="report_.txt"; filename*=UTF-8''report%E2%80%A6.txt`,
  'Ⅷ ﬁn² 보.txt': `attachment; filename="VIII fin2 _.txt"; filename*=UTF-8''%E2%85%A7%20%EF%AC%81n%C2%B2%20%EB%B3%B4.txt`,
  '.gitignore': 'attachment; filename=".gitignore"',
  '\u0301.bashrc': `attachment; filename="_.bashrc"; filename*=UTF-8''%CC%81.bashrc`,
  '..\u0301': `attachment; filename="__"; filename*=UTF-8''..%CC%81`,
  ' a. ': `attachment; filename="_a__"; filename*=UTF-8''%20a.%20`,
  NUL: `attachment; filename="_NUL"; filename*=UTF-8''NUL`,
  'cøm1.é': `attachment; filename="c_m1.e"; filename*=UTF-8''c%C3%B8m1.%C3%A9`,
  'CÖM¹ .txt': `attachment; filename="_COM1 .txt"; filename*=UTF-8''C%C3%96M%C2%B9%20.txt`,
  '\u0301': `attachment; filename="_"; filename*=UTF-8''%CC%81`,
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
    'contains the complete name: %j',
    (name) => {
      const { extended, fallback } = parseDisposition(contentDisposition('attachment', name))
      expect(extended ?? fallback).toBe(name)
    },
  )

  it('gives strict and lenient parsers the exact name, in printable ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const field = contentDisposition('attachment', name)
        expect(field).toMatch(/^[\x20-\x7e]*$/)
        const { extended, fallback } = parseDisposition(field)
        expect(extended ?? fallback).toBe(name)
        expect(parse(field).parameters['filename']).toBe(name)
        expect(fallback).not.toMatch(/["\\%/]|^\.\.?$|^ |[ .]$/)
      }),
    )
  })

  it('is safe to save for each Unicode character, alone, twice, first and last', () => {
    const unsafe = /["\\%/]|^\.{1,2}$|^ |[ .]$|^(?:con|prn|aux|nul|com\d|lpt\d) *(?:\.|$)/i
    const broken: string[] = []
    for (let code = 1; code <= 0x10ffff; code += 1) {
      const character = String.fromCodePoint(code)
      for (const name of [character, character + character, `${character}nul`, `a${character}`]) {
        const field = contentDisposition('attachment', name)
        const end = field.indexOf('"', 'attachment; filename="'.length)
        const fallback = field.slice('attachment; filename="'.length, end)
        const isHidden = fallback.startsWith('.') && !name.startsWith('.')
        if (fallback === '' || isHidden || unsafe.test(fallback)) broken.push(field)
      }
    }
    expect(broken).toEqual([])
  }, 60_000)

  it('survives a lone surrogate', () => {
    expect(contentDisposition('attachment', 'a\ud800')).toContain("filename*=UTF-8''a%EF%BF%BD")
  })
})
