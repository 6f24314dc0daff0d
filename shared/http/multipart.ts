import busboy, { type Busboy } from 'busboy'
import type { Context } from 'hono'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { invalid, WorkspaceError } from '../workspace/errors.ts'
import type { AppEnv } from './app-env.ts'
import { bodyStream, idleSeconds } from './body.ts'
import { expectedChecksum } from './digest.ts'
import { checkFilePart, fileNameOf, parameterText } from './form-part.ts'

const fieldNames = ['path', 'session', 'overwrite', 'metadata', 'origin'] as const
const maxFieldBytes = 64 * 1024
const maxParts = 32
/** Bytes in a row that belong to no part we know of: a preamble, an epilogue, an endless field. */
const maxQuietBytes = 1024 * 1024
/** Several chunks of the connection, so that parser and storage need not take turns. */
const fileBufferBytes = 512 * 1024

export type FormFields = Partial<Record<(typeof fieldNames)[number], string>>

/** The form's file, while it arrives. */
export interface FilePart {
  name: string
  /** As declared, without parameters; `text/plain` where nothing was (RFC 7578 §4.4). */
  mimeType: string
  /** To be read without waiting for `fields`, which may come after it. Fails when the form does. */
  body: Readable
  /** The other parts, once the whole form has been read and is in order; rejects when it is not. */
  fields: Promise<FormFields>
}

/**
 * Reads a `multipart/form-data` body (RFC 7578) of one `file` and the fields of an upload, in any order, in constant
 * memory. `onFile` stores what it is given and keeps it only once `fields` has resolved; what it resolves to is the
 * result. Throws `unsupported-type` for another content type and `invalid-request` naming what is wrong with the form; an
 * error of `onFile` ends the reading and is thrown as it is.
 */
export async function parseMultipart<T>(
  c: Context<AppEnv>,
  onFile: (file: FilePart) => Promise<T>,
  limits = { idleSeconds },
): Promise<T> {
  const form = openForm(c.req.header('content-type'))
  const checksum = expectedChecksum((name) => c.req.header(name))
  const body = bodyStream(c, { ...limits, checksum })
  const received: FormFields = {}
  const fields = Promise.withResolvers<FormFields>()
  fields.promise.catch(() => {})
  let handled: Promise<T> | undefined
  let handlerError: Error | undefined
  let file: Readable | undefined
  let quietBytes = 0

  form.on('file', (encodedName, stream, { filename, mimeType, encoding }) => {
    quietBytes = 0
    file = stream
    // The failure is thrown from here; a consumer that has not come to read yet must not crash the process.
    stream.on('error', () => {})
    const name = attempt(form, () => {
      checkFilePart(encodedName, encoding)
      return fileNameOf(filename)
    })
    if (name === undefined) return
    handled = (async () => onFile({ name, mimeType, body: stream, fields: fields.promise }))()
    whole(handled, stream).catch((error: Error) => {
      if (!form.destroyed) handlerError = error
      form.destroy(error)
    })
  })
  form.on('field', (encodedName, value, { valueTruncated }) => {
    quietBytes = 0
    attempt(form, () => addField(received, encodedName, value, valueTruncated))
  })
  form.on('filesLimit', () =>
    form.destroy(invalid('file', 'must be sent once; upload further files one by one')),
  )
  form.on('partsLimit', () =>
    form.destroy(invalid('body', `must have fewer than ${maxParts} parts`)),
  )
  body.on('data', (chunk: Buffer) => {
    if (quietBytes > maxQuietBytes) form.destroy(tooQuiet())
    if (!file || file.readableEnded) quietBytes += chunk.length
  })

  try {
    await pipeline(body, form)
  } catch (error) {
    if (handlerError) throw handlerError
    const refusal = error instanceof WorkspaceError ? error : malformed(error)
    fields.reject(refusal)
    await handled?.catch(() => {})
    throw refusal
  }
  if (!handled) throw noFile()
  fields.resolve(received)
  return await handled
}

function openForm(contentType: string | undefined): Busboy {
  if (contentType === undefined || !/^multipart\/form-data[ \t]*(;|$)/i.test(contentType)) {
    throw new WorkspaceError(
      'unsupported-type',
      'Send multipart/form-data with a part "file", or the bytes alone with PUT /api/workspace/content/{path}.',
    )
  }
  try {
    if (/;[ \t]*boundary=""/i.test(contentType)) throw new Error('Multipart: Boundary not found')
    return busboy({
      headers: { 'content-type': contentType },
      preservePath: true,
      defParamCharset: 'base64',
      fileHwm: fileBufferBytes,
      limits: { files: 1, parts: maxParts, fieldSize: maxFieldBytes + 1 },
    })
  } catch {
    throw invalid(
      'Content-Type',
      'must name the boundary of the parts: multipart/form-data; boundary=…',
    )
  }
}

/** Fails where `onFile` fails, or leaves the parser waiting for a reader of the file. */
async function whole(handled: Promise<unknown>, stream: Readable): Promise<void> {
  await handled
  if (!stream.readableEnded) throw new Error('onFile has resolved without reading the file')
}

function addField(
  received: FormFields,
  encodedName: string | undefined,
  value: string,
  truncated: boolean,
) {
  const name = parameterText(encodedName)
  if (name === 'file') {
    throw invalid('file', 'must be sent as a file: its part has no filename, so it is a field')
  }
  const known = fieldNames.find((field) => field === name)
  if (known === undefined) {
    throw invalid(
      name ?? 'body',
      `is no field of an upload; these are: file, ${fieldNames.join(', ')}`,
    )
  }
  if (received[known] !== undefined) throw invalid(known, 'must be sent once')
  if (truncated) throw invalid(known, `must be at most ${maxFieldBytes} bytes`)
  if (typeof value !== 'string' || value.includes('\uFFFD'))
    throw invalid(known, 'must be text in UTF-8')
  received[known] = value
}

/** Runs a check inside one of the parser's events, where an exception would be nobody's. */
function attempt<T>(form: Busboy, check: () => T): T | undefined {
  if (form.destroyed) return undefined
  try {
    return check()
  } catch (error) {
    form.destroy(error as Error)
    return undefined
  }
}

function malformed(error: unknown): WorkspaceError {
  const reason = error instanceof Error ? error.message : String(error)
  return new WorkspaceError(
    'invalid-request',
    `body: is not whole or not multipart/form-data (${reason}); send it again as RFC 7578 says`,
    { cause: error, errors: [{ field: 'body', detail: reason }] },
  )
}

function noFile(): WorkspaceError {
  return invalid('file', 'is missing; send the bytes in a part named "file" that has a filename')
}

function tooQuiet(): WorkspaceError {
  return invalid('body', `has more than ${maxQuietBytes} bytes outside the parts of an upload`)
}
