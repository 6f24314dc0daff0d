import { expect, test } from 'vitest'
import { EncodingProbe } from '../../shared/media/text-encoding.ts'

/** Uses chunks of every size, so that a chunk boundary splits every character at some point. */
function expectCharset(bytes: Buffer, charset: string | undefined): void {
  for (const size of [1, 2, 3, 5, 7, bytes.length + 1]) {
    const probe = new EncodingProbe()
    for (let at = 0; at < bytes.length; at += size) probe.add(bytes.subarray(at, at + size))
    expect(probe.charset).toBe(charset)
  }
}

test.each([
  ['ASCII', Buffer.from('just words\n'), 'utf-8'],
  ['scripts of two, three and four bytes', Buffer.from('Grüße Ελλάδα שלום 世界 🏖 𝒳'), 'utf-8'],
  ['a byte order mark', Buffer.from('\ufeffwords'), 'utf-8'],
  ['UTF-16, little end first', Buffer.from('\ufeffGrüße', 'utf16le'), 'utf-16'],
  ['UTF-16, big end first', Buffer.from('\ufeffGrüße', 'utf16le').swap16(), 'utf-16'],
  ['windows-1252', Buffer.from('Grüße', 'latin1'), undefined],
  ['windows-1252 after much ASCII', Buffer.from(`${'a'.repeat(70_000)}ß`, 'latin1'), undefined],
  ['Shift_JIS', Buffer.from('90a28a45', 'hex'), undefined],
  ['ISO-2022-JP', Buffer.from('title \u001b$B@$3&\u001b(B end'), undefined],
  ['colours of a terminal', Buffer.from('\u001b[31mred\u001b(B\u001b[m $B'), 'utf-8'],
  ['an overlong sequence', Buffer.from('c0af', 'hex'), undefined],
  ['a lone surrogate', Buffer.from('eda080', 'hex'), undefined],
  ['a character that the end cuts off', Buffer.from('世').subarray(0, 2), undefined],
  ['a continuation without a start', Buffer.from('61bf62', 'hex'), undefined],
])('EncodingProbe detects the encoding of %s', (_, bytes, charset) => {
  expectCharset(bytes, charset)
})
