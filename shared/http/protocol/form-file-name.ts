import { invalid } from '../../model/errors.ts'
import { decodeText, type PartFileName } from './part-header.ts'

/**
 * The name of a part's file: the text after the last `/` or `\`, decoded from each encoding that clients use. Browsers and most
 * libraries encode only a quote, CR and LF, as `%22`, `%0D` and `%0A` (HTML §4.10.21.8). See docs/decisions/names/form-file-names.md
 * for other clients. Throws `invalid-request`.
 */
export function fileNameOf(
  fileName: PartFileName | undefined,
  userAgent: string | undefined,
): string {
  if (fileName === undefined) {
    throw invalid('file', 'has no filename; choose a file, and send its name, or send "path"')
  }
  const { text, isExtended } = fileName
  if (text === undefined) throw invalid('file', 'must have a filename in UTF-8, or send "path"')
  const whole = isExtended ? text : decodeWhole(text, userAgent)
  const name = lastSegment(whole ?? text)
  if (name === '') {
    throw invalid('file', 'must have a filename that does not end in "/" or "\\", or send "path"')
  }
  return whole === undefined ? name.replace(/%22|%0D|%0A/g, decodeURIComponent) : name
}

/** Decodes a name that is encoded completely; undefined for any other. */
function decodeWhole(text: string, userAgent: string | undefined): string | undefined {
  return decodeWords(text) ?? (isAiohttp(userAgent) ? decodePercents(text) : undefined)
}

function lastSegment(text: string): string {
  return text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1)
}

const encodedWords = /^=\?[^?\s]{1,40}\?[bq]\?[^?\s]*\?=(?:\s+=\?[^?\s]{1,40}\?[bq]\?[^?\s]*\?=)*$/i

/** Decodes a name that consists of encoded-words (RFC 2047 §2), which .NET and Spring send; undefined for any other. */
function decodeWords(text: string): string | undefined {
  if (!encodedWords.test(text)) return undefined
  const words = text.split(/\s+/).map((word) => word.split('?'))
  const charset = words[0]?.[1]?.toLowerCase()
  if (charset !== 'utf-8' || words.some((word) => word[1]?.toLowerCase() !== charset)) {
    return undefined
  }
  // Joined before decoding, because some clients split a character between two words.
  return decodeText(Buffer.concat(words.map(([, , kind, data = '']) => wordBytes(kind, data))))
}

function wordBytes(kind: string | undefined, data: string): Buffer {
  if (kind?.toLowerCase() === 'b') return Buffer.from(data, 'base64')
  const text = data
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(text, 'latin1')
}

/** aiohttp percent-encodes the whole name; only its User-Agent shows that. */
function isAiohttp(userAgent: string | undefined): boolean {
  return userAgent !== undefined && /(?:^|\s)aiohttp\//.test(userAgent)
}

/** Decodes a percent-encoded name (RFC 3986); undefined for text that is not percent-encoded. */
function decodePercents(text: string): string | undefined {
  if (!/^(?:[\w.~-]|%[0-9A-F]{2})*$/.test(text)) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
