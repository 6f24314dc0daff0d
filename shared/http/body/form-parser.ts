import busboy, { type Busboy } from 'busboy'
import type { Readable } from 'node:stream'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import { decodeText, parsePartHeader, type PartHeader } from '../protocol/part-header.ts'

/** Enough for upload libraries that send each metadata entry as a field. */
const maxParts = 1000
/** The size of several chunks of the connection, so that parser and storage can work at the same time. */
const fileBufferBytes = 512 * 1024

export interface FormPart extends PartHeader {
  /** The declared type without parameters; `text/plain` by default (RFC 7578 §4.4). */
  mimeType: string
  /** `Content-Transfer-Encoding`, in lower case. */
  encoding: string
}

/** Handlers of parts. An exception ends the form with that error. */
interface FormHandlers {
  /** A part with a file name or a file type. The handler must read or drop its body. */
  file(part: FormPart, body: Readable): void
  /** Any other part; `text` is undefined if the bytes are invalid in their charset. */
  field(part: FormPart, text: string | undefined, isTooLong: boolean): void
}

/**
 * A parser of `multipart/form-data` (RFC 7578), as a stream to write to. Throws `invalid-request` for a content type
 * without a boundary.
 */
export function openForm(
  contentType: string,
  { maxFieldBytes, ...handlers }: FormHandlers & { maxFieldBytes: number },
): Busboy {
  const form = openBusboy(contentType, maxFieldBytes)
  let header: PartHeader | undefined
  readHeaders(form, (fields) => {
    header = parsePartHeader(fields['content-disposition']?.[0], fields['content-type']?.[0])
    return header
  })
  const partOf = ({ mimeType, encoding }: { mimeType: string; encoding: string }): FormPart => {
    if (!header) throw new Error('busboy emitted a part without its header')
    return { ...header, mimeType, encoding }
  }
  form.on('file', (_, body, info) => {
    // The reader of the form throws its error. Without this handler a body that is not read yet would crash the process.
    body.on('error', () => {})
    dropWhenDestroyed(form, body)
    attempt(form, () => handlers.file(partOf(info), body))
  })
  form.on('field', (_, value, info) =>
    attempt(form, () => {
      const part = partOf(info)
      const text = decodeText(Buffer.from(value, 'latin1'), part.charset)
      handlers.field(part, text, info.valueTruncated)
    }),
  )
  form.on('partsLimit', () =>
    form.destroy(invalid('body', `must have fewer than ${maxParts} parts`)),
  )
  return form
}

function openBusboy(contentType: string, maxFieldBytes: number): Busboy {
  try {
    if (/;[ \t]*boundary=""/i.test(contentType)) throw new Error('Multipart: Boundary not found')
    return busboy({
      headers: { 'content-type': contentType },
      preservePath: true,
      defParamCharset: 'latin1',
      defCharset: 'latin1',
      fileHwm: fileBufferBytes,
      limits: { parts: maxParts, fieldSize: maxFieldBytes + 1 },
    })
  } catch {
    throw invalid(
      'Content-Type',
      'must name the boundary of the parts: multipart/form-data; boundary=…',
    )
  }
}

type HeaderFields = Record<string, string[] | undefined>
interface HeaderParser {
  cb: (fields: HeaderFields) => void
}

/**
 * Reads each part's header before busboy does, and passes on only what busboy needs to distinguish files from fields. busboy does
 * not expose headers, skips those that it cannot parse, replaces bytes that are not UTF-8, and does not distinguish `filename`
 * from `filename*`. Its header parser is the private property `_hparser`, set once for each part (1.6.0).
 */
function readHeaders(form: Busboy, read: (fields: HeaderFields) => PartHeader | undefined): void {
  let current: HeaderParser | null = null
  const wrapped = new WeakSet<HeaderParser>()
  Object.defineProperty(form, '_hparser', {
    get: () => current,
    set(parser: HeaderParser | null) {
      current = parser
      if (parser === null || wrapped.has(parser)) return
      wrapped.add(parser)
      const pass = parser.cb
      parser.cb = (fields) => {
        const header = read(fields)
        const [type] = fields['content-type']?.[0]?.split(';') ?? []
        pass({
          ...fields,
          'content-disposition': header && [
            `form-data; name=x${header.fileName === undefined ? '' : '; filename=x'}`,
          ],
          'content-type': type === undefined ? undefined : [type],
        })
      }
    },
  })
}

/**
 * Drops the rest of a part whose reader destroys it, so that the parser continues with the next part. busboy writes to a stream
 * until it is full, and waits for its `end`, which a destroyed stream never emits (1.6.0).
 */
function dropWhenDestroyed(form: Busboy, body: Readable): void {
  const push = body.push.bind(body)
  let isComplete = false
  body.push = (chunk: Buffer | null) => {
    isComplete = chunk === null
    if (!body.destroyed || form.destroyed) return push(chunk)
    if (isComplete) body.emit('end')
    return true
  }
  body.once('close', () => {
    if (form.destroyed || body.readableEnded) return
    if (isComplete) body.emit('end')
    else body._read(0)
  })
}

/** Calls `begin` at the first byte of a part; never for an empty part. */
export function atFirstByte(form: Busboy, body: Readable, begin: () => void): void {
  body.once('readable', () => {
    const chunk: unknown = body.read()
    if (chunk === null) return
    body.unshift(chunk)
    attempt(form, begin)
  })
}

/** Runs code in an event of the parser. An exception destroys the form with that error. */
export function attempt(form: Busboy, run: () => void): void {
  if (form.destroyed) return
  try {
    run()
  } catch (error) {
    form.destroy(error as Error)
  }
}

export function malformedForm(cause: unknown): WorkspaceError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new WorkspaceError(
    'invalid-request',
    `body: is not whole or not multipart/form-data (${reason}); send it again as RFC 7578 says`,
    { cause, errors: [{ field: 'body', detail: reason }] },
  )
}
