import { parse } from 'content-disposition'
import { parseName } from '../../model/path.ts'

/**
 * Returns a name for a fetched file: from `Content-Disposition` (RFC 6266, `filename*` first), else the last segment of the URL's
 * path. Returns undefined if `parseName` accepts neither.
 */
export function suggestedName(disposition: string | undefined, url: URL): string | undefined {
  const declared = disposition && parse(headerText(disposition)).parameters['filename']
  return (declared && usableName(declared)) || usableName(decoded(url.pathname))
}

/** Decodes a header as UTF-8, which many servers send, if it is valid; else as Latin-1, like Node. */
export function headerText(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1')
  const utf8 = bytes.toString()
  return utf8.includes('\ufffd') ? latin1 : utf8
}

/** Returns the last path segment (RFC 6266 §4.3) if it is a valid name. */
function usableName(text: string): string | undefined {
  try {
    return parseName(text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1))
  } catch {
    return undefined
  }
}

function decoded(pathname: string): string {
  const [segment = ''] = pathname.split('/').slice(-1)
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}
