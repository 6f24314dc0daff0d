import { Readable } from 'node:stream'
import { base64Size, decodedBase64 } from './data-uri-base64.ts'
import { payloadBytes } from './data-uri-payload.ts'
import { normalizeMimeType } from './mime-type.ts'
import { refusedSource, sourceTooLarge } from './source-refusals.ts'
import { trimCharacters } from './trim-characters.ts'

interface DataUri {
  /** The media type with its parameters, as WHATWG serializes it. */
  declaredType: string
  /** The exact length of the decoded data. */
  sizeBytes: number
  /** Streams the decoded data. Each call returns a new stream. */
  open(): Readable
}

const defaultType = 'text/plain;charset=US-ASCII'
const base64Suffix = /; *base64$/i
const asciiWhiteSpace = '\t\n\f\r '
/** From such a URI the URL parser reads a host or path segments. Such URIs are rare, so a copy by the parser is acceptable. */
const hasHierarchy = /^[^,:]*:[\t\n\r]*\//

/**
 * Parses a data URI (RFC 2397) like WHATWG Fetch's "data: URL processor". Parameters may be quoted. Base64 may contain
 * percent-escapes and white space, and may lack padding. A fragment is ignored. Without a valid type, the type is
 * `text/plain;charset=US-ASCII`. Unlike WHATWG, rejects a percent sign that does not start an escape. Throws
 * `invalid-request` naming the rule, or `too-large`, before it decodes any data. Uses constant memory beyond the text.
 */
export function parseDataUri(uri: string, { maxBytes }: { maxBytes: number }): DataUri {
  if (!uri.isWellFormed()) throw refusedSource('must be well-formed Unicode')
  const text = hasHierarchy.test(uri) ? parsedUrl(uri).href : uri
  const { header, start, end } = split(text)
  const payload = () => payloadBytes(text, start, end)
  const isBase64 = base64Suffix.test(header)
  const sizeBytes = isBase64 ? base64Size(payload(), maxBytes) : plainSize(payload(), maxBytes)
  return {
    declaredType: typeOf(header.replace(base64Suffix, '')),
    sizeBytes,
    open: () =>
      Readable.from(isBase64 ? decodedBase64(payload()) : payload(), { objectMode: false }),
  }
}

/** Splits a data URI into the header (between scheme and first comma, as the URL parser returns it) and the payload's range. */
function split(text: string): { header: string; start: number; end: number } {
  const fragment = text.indexOf('#')
  const end = fragment < 0 ? text.length : fragment
  const comma = text.slice(0, end).indexOf(',')
  if (comma < 0) throw refusedSource('must be a data URI with a comma before its data')
  const header = parsedUrl(text.slice(0, comma + 1)).href.slice('data:'.length, -1)
  return {
    header: trimCharacters(header, asciiWhiteSpace),
    start: comma + 1,
    end: fragment < 0 ? trimmedEnd(text, end) : end,
  }
}

function parsedUrl(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol !== 'data:') throw refusedSource('must be a data URI that is a valid URL')
  return url
}

/** Excludes trailing controls and spaces, as the URL parser does. */
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
