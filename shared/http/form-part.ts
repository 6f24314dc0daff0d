import { invalid } from '../workspace/errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A parameter of a part's `Content-Disposition`, exactly; undefined when it is not UTF-8. busboy decodes parameters and
 * puts U+FFFD for bad bytes, so it is told that they are base64: then it encodes them, and the bytes come here as they
 * were sent. Only `filename*` it decodes by itself; RFC 7578 §4.2 forbids that, yet older clients mean it when they
 * send it.
 */
export function parameterText(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) return encoded.includes('\uFFFD') ? undefined : encoded
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * A file's name by its part: what follows the last `/` or `\`. Browsers write a quote, CR and LF as `%22`, `%0D` and
 * `%0A` and nothing else so (HTML §4.10.21.8), so nothing else is decoded. Throws `invalid-request`.
 */
export function fileNameOf(filename: string | undefined): string {
  if (filename === undefined) {
    throw invalid('file', 'has no filename; choose a file, and send its name')
  }
  const text = parameterText(filename)
  if (text === undefined) throw invalid('file', 'must have a filename in UTF-8')
  const name = text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1)
  if (name === '') throw invalid('file', 'must have a filename that does not end in "/" or "\\"')
  return name.replace(/%22|%0D|%0A/g, decodeURIComponent)
}

/** Refuses a file part under another name, or in an encoding that would be stored in place of its bytes. */
export function checkFilePart(encodedName: string | undefined, encoding: string): void {
  const name = parameterText(encodedName)
  if (name !== 'file') {
    throw invalid(
      name ?? 'file',
      'must not be a file; the one file of the form is the part named "file"',
    )
  }
  if (encoding === 'base64' || encoding === 'quoted-printable') {
    throw invalid('file', `must be sent as it is, not as ${encoding} (RFC 7578 §4.7)`)
  }
}
