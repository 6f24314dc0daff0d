import { parse } from 'content-disposition'
import { parseName } from '../../model/path.ts'

/**
 * A name for what was fetched: of `Content-Disposition` (RFC 6266, `filename*` first), else the last segment of the URL's
 * path. It keeps the rules of `parseName`; undefined where neither gives such a name.
 */
export function suggestedName(disposition: string | undefined, url: URL): string | undefined {
  const declared = disposition && parse(headerText(disposition)).parameters['filename']
  return (declared && usableName(declared)) || usableName(decoded(url.pathname))
}

/** Header bytes as UTF-8, which many servers send raw; else as the Latin-1 that Node makes of them. */
export function headerText(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1')
  const utf8 = bytes.toString()
  return utf8.includes('\ufffd') ? latin1 : utf8
}

/** The last segment (RFC 6266 §4.3), where it is a name at all. */
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
