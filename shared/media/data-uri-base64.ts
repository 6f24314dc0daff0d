import { refusedSource, sourceTooLarge } from './source-refusals.ts'

const whiteSpace = /[\t\n\f\r ]+/g

/**
 * How many bytes base64 stands for, by WHATWG Infra's "forgiving-base64 decode": white space does not count, padding is whole
 * or left out. Throws `invalid-request` for any other character or number of characters, `too-large` above `maxBytes`.
 */
export function base64Size(encoded: Iterable<Buffer>, maxBytes: number): number {
  let symbols = 0
  let padding = 0
  for (const characters of significant(encoded)) {
    if (/[^A-Za-z0-9+/=]/.test(characters)) {
      throw refusedSource('has a character in its base64 data that is none of A-Z a-z 0-9 + / =')
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
    throw refusedSource('has base64 data that breaks off: one character too many, or some missing')
  }
  if (padding > 0 && padding !== (4 - (symbols % 4)) % 4) {
    throw refusedSource('has base64 data with the wrong number of "=" at its end')
  }
  return byteCount(symbols)
}

/** Decodes what `base64Size` found valid. */
export function* decodedBase64(encoded: Iterable<Buffer>): Generator<Buffer> {
  let rest = ''
  for (const characters of significant(encoded)) {
    const waiting = rest + characters
    const whole = waiting.length - (waiting.length % 4)
    rest = waiting.slice(whole)
    yield Buffer.from(waiting.slice(0, whole), 'base64')
  }
  yield Buffer.from(rest, 'base64')
}

function* significant(encoded: Iterable<Buffer>): Generator<string> {
  for (const bytes of encoded) yield bytes.toString('latin1').replaceAll(whiteSpace, '')
}

function byteCount(symbols: number): number {
  return Math.floor((symbols * 3) / 4)
}
