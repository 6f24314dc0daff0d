import { Readable } from 'node:stream'
import { base64Size, decodedBase64 } from './data-uri-base64.ts'
import { payloadBytes } from './data-uri-payload.ts'
import { normalizeMimeType } from './mime-type.ts'
import { refusedSource, sourceTooLarge } from './source-refusals.ts'
import { trimCharacters } from './trim-characters.ts'

export interface DataUri {
  /** The media type with its parameters, as WHATWG serializes it. */
  declaredType: string
  /** Of the data, decoded: exact. */
  sizeBytes: number
  /** The data, decoded piece by piece; each call starts anew. */
  open(): Readable
}

const defaultType = 'text/plain;charset=US-ASCII'
const base64Mark = /; *base64$/i
const asciiBlanks = '\t\n\f\r '
/** Texts that the URL parser reads a host or folders from. No client writes them, so that copying them does no harm. */
const hasHierarchy = /^[^,:]*:[\t\n\r]*\//

/**
 * Reads a data URI (RFC 2397) the way WHATWG Fetch's data: URL processor does: parameters, quoted or not; base64, with
 * percent-escapes, white space or missing padding too; a fragment is no part of it; without a valid type it is
 * `text/plain;charset=US-ASCII`. What WHATWG calls invalid is refused, and so is a percent sign that begins no escape.
 * Throws `invalid-request` naming the rule, or `too-large`, before a byte is decoded. Memory beyond the text is constant.
 */
export function parseDataUri(uri: string, { maxBytes }: { maxBytes: number }): DataUri {
  if (!uri.isWellFormed()) throw refusedSource('must be well-formed Unicode')
  const text = hasHierarchy.test(uri) ? parsedUrl(uri).href : uri
  const { header, start, end } = split(text)
  const payload = () => payloadBytes(text, start, end)
  const isBase64 = base64Mark.test(header)
  const sizeBytes = isBase64 ? base64Size(payload(), maxBytes) : plainSize(payload(), maxBytes)
  return {
    declaredType: typeOf(header.replace(base64Mark, '')),
    sizeBytes,
    open: () =>
      Readable.from(isBase64 ? decodedBase64(payload()) : payload(), { objectMode: false }),
  }
}

/** The header between scheme and first comma, as the URL parser leaves it, and where the payload lies in the text. */
function split(text: string): { header: string; start: number; end: number } {
  const fragment = text.indexOf('#')
  const end = fragment < 0 ? text.length : fragment
  const comma = text.slice(0, end).indexOf(',')
  if (comma < 0) throw refusedSource('must be a data URI with a comma before its data')
  const header = parsedUrl(text.slice(0, comma + 1)).href.slice('data:'.length, -1)
  return {
    header: trimCharacters(header, asciiBlanks),
    start: comma + 1,
    end: fragment < 0 ? trimmedEnd(text, end) : end,
  }
}

function parsedUrl(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol !== 'data:') throw refusedSource('must be a data URI that is a valid URL')
  return url
}

/** The URL parser drops controls and spaces at the very end. */
function trimmedEnd(text: string, end: number): number {
  let trimmed = end
  while (trimmed > 0 && text.charCodeAt(trimmed - 1) <= 0x20) trimmed--
  return trimmed
}

function typeOf(header: string): string {
  return normalizeMimeType(header.startsWith(';') ? `text/plain${header}` : header) ?? defaultType
}

function plainSize(payload: Iterable<Buffer>, maxBytes: number): number {
  let sizeBytes = 0
  for (const { length } of payload) {
    sizeBytes += length
    if (sizeBytes > maxBytes) throw sourceTooLarge(maxBytes)
  }
  return sizeBytes
}
