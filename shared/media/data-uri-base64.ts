import { refusedSource, sourceTooLarge } from './source-refusals.ts'

const whiteSpace = /[\t\n\f\r ]+/g

/**
 * Returns the decoded length of base64 text, by WHATWG Infra's "forgiving-base64 decode". Ignores white space. Padding is
 * complete or absent. Throws `invalid-request` for other characters or a wrong length, `too-large` above `maxBytes`.
 */
export function base64Size(encoded: Iterable<Buffer>, maxBytes: number): number {
  let symbols = 0
  let padding = 0
  for (const characters of withoutWhiteSpace(encoded)) {
    if (/[^A-Za-z0-9+/=]/.test(characters)) {
      throw refusedSource('has a character in its base64 data other than A-Z a-z 0-9 + / =')
    }
    const sign = characters.indexOf('=')
    const end = sign < 0 ? characters.length : sign
    if ((padding > 0 && end > 0) || /=[^=]/.test(characters)) {
      throw refusedSource('has base64 data with a "=" before its end')
    }
    symbols += end
    padding += characters.length - end
    if (byteCount(symbols) > maxBytes) throw sourceTooLarge(maxBytes)
  }
  if (symbols % 4 === 1) {
    throw refusedSource('has incomplete base64 data: one character too many, or some missing')
  }
  if (padding > 0 && padding !== (4 - (symbols % 4)) % 4) {
    throw refusedSource('has base64 data with the wrong number of "=" at its end')
  }
  return byteCount(symbols)
}

/** Decodes base64 text that `base64Size` has validated. */
export function* decodedBase64(encoded: Iterable<Buffer>): Generator<Buffer> {
  let rest = ''
  for (const characters of withoutWhiteSpace(encoded)) {
    const text = rest + characters
    const whole = text.length - (text.length % 4)
    rest = text.slice(whole)
    yield Buffer.from(text.slice(0, whole), 'base64')
  }
  yield Buffer.from(rest, 'base64')
}

function* withoutWhiteSpace(encoded: Iterable<Buffer>): Generator<string> {
  for (const bytes of encoded) yield bytes.toString('latin1').replaceAll(whiteSpace, '')
}

function byteCount(symbols: number): number {
  return Math.floor((symbols * 3) / 4)
}
