import { isUtf8 } from 'node:buffer'
import { promisify, TextDecoder } from 'node:util'
import { gunzip } from 'node:zlib'
import { Refusal } from '../refusals.ts'

const gunzipped = promisify(gunzip)

/** Limit of an SVGZ when it is expanded. Gzip expands to at most 1032 times the size. */
const maxExpandedBytes = 64 * 1024 * 1024

/** The start of a document that is searched for its XML declaration. */
const declarationBytes = 1000
const declaration = /^\s*<\?xml[^>]*\?>/
const declaredEncoding = /\bencoding\s*=\s*["']([\w.:-]+)["']/

/** Expands an SVGZ, and converts other encodings to UTF-8, because libvips recognises SVG in UTF-8 only. Throws a `Refusal`. */
export async function svgSource(file: Buffer): Promise<Buffer> {
  const text = isGzip(file) ? await expanded(file) : file
  if (isUtf8(text)) return text
  const decoded = decoderOf(text).decode(text)
  const start = decoded.slice(0, declarationBytes)
  // The declaration names the former encoding.
  return Buffer.from(start.replace(declaration, '') + decoded.slice(declarationBytes))
}

function isGzip(file: Buffer): boolean {
  return file[0] === 0x1f && file[1] === 0x8b
}

async function expanded(file: Buffer): Promise<Buffer> {
  return gunzipped(file, { maxOutputLength: maxExpandedBytes }).catch((error: unknown) => {
    throw new Refusal(error instanceof RangeError ? 'memory' : 'damaged', error)
  })
}

/** Finds the encoding by the byte order mark of UTF-16, else by the XML declaration. */
function decoderOf(text: Buffer): TextDecoder {
  const mark = text.toString('hex', 0, 2)
  if (mark === 'fffe') return new TextDecoder('utf-16le')
  if (mark === 'feff') return new TextDecoder('utf-16be')
  const [start = ''] = declaration.exec(text.toString('latin1', 0, declarationBytes)) ?? []
  const [, label = 'utf-8'] = declaredEncoding.exec(start) ?? []
  try {
    return new TextDecoder(label)
  } catch (error) {
    throw new Refusal('damaged', error)
  }
}
