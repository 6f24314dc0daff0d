import type { Context } from 'hono'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { AppEnv } from '../app-env.ts'
import { bodyStream, idleSeconds } from './body.ts'
import { expectedChecksum } from '../protocol/digest.ts'
import { assertPlainEncoding, FormFieldSet } from './form-field-set.ts'
import { fileNameOf } from '../protocol/form-file-name.ts'
import { atFirstByte, attempt, malformedForm, openForm, type FormPart } from './form-parser.ts'

const fieldNames = [
  'path',
  'session',
  'overwrite',
  'onConflict',
  'metadata',
  'origin',
  'modifiedAt',
] as const
const maxFieldBytes = 64 * 1024
/** The most consecutive bytes outside the file, such as a preamble, an epilogue, a long field or another file. */
const maxBytesOutside = 1024 * 1024

type FormFields = Partial<Record<(typeof fieldNames)[number], string>>

/** The form's file while it is received. */
export interface FilePart {
  /** The name that the client sent. Throws `invalid-request` if it is missing or unusable. */
  name: () => string
  /** The declared type without parameters; `text/plain` by default (RFC 7578 §4.4). */
  mimeType: string
  /** Must be read without waiting for `fields`, which may follow it. Fails if the form fails. */
  body: Readable
  /** Resolves to the other parts when the whole form is read; rejects if it is invalid. */
  fields: Promise<FormFields>
}

/**
 * Reads a `multipart/form-data` body (RFC 7578) of one `file` and the fields of an upload, in any order, in constant
 * memory. Ignores other fields and empty file inputs. `onFile` stores the file, and must discard it if `fields` rejects; its
 * result is returned. Throws `unsupported-type` for another content type and `invalid-request` for an invalid form.
 * An error of `onFile` stops the parser and is thrown unchanged.
 */
export async function parseMultipart<T>(
  c: Context<AppEnv>,
  onFile: (file: FilePart) => Promise<T>,
  limits = { idleSeconds },
): Promise<T> {
  const contentType = formType(c)
  const received = new FormFieldSet({ isKnown, maxBytes: maxFieldBytes })
  const fields = Promise.withResolvers<FormFields>()
  fields.promise.catch(() => {})
  let handled: Promise<T> | undefined
  let handlerError: Error | undefined
  let file: Readable | undefined
  let ignoredFile: WorkspaceError | undefined
  let bytesOutside = 0

  const receiveFile = ({ fileName, mimeType, encoding }: FormPart, stream: Readable) => {
    if (handled) throw invalid('file', 'must be sent once; upload further files one by one')
    assertPlainEncoding('file', encoding)
    const name = () => fileNameOf(fileName, c.req.header('User-Agent'))
    file = stream
    handled = (async () => onFile({ name, mimeType, body: stream, fields: fields.promise }))()
    assertRead(handled, stream).catch((error: Error) => {
      if (!form.destroyed) handlerError = error
      form.destroy(error)
    })
  }
  const form = openForm(contentType, {
    maxFieldBytes,
    file(part, stream) {
      bytesOutside = 0
      if (part.name !== 'file') {
        if (part.name === undefined || !isKnown(part.name)) ignoredFile ??= otherFile(part.name)
        received.addFile(part, stream, (add) => attempt(form, add))
      } else if (part.fileName === undefined) {
        // A browser sends an empty file input as a file without name and bytes (HTML §4.10.21.4).
        atFirstByte(form, stream, () => receiveFile(part, stream))
      } else receiveFile(part, stream)
    },
    field(part, text, isTooLong) {
      bytesOutside = 0
      if (part.name === 'file') throw fileAsField()
      received.add(part, text, isTooLong)
    },
  })
  const checksum = expectedChecksum((name) => c.req.header(name))
  const body = bodyStream(c, { ...limits, checksum })
  body.on('data', (chunk: Buffer) => {
    if (bytesOutside > maxBytesOutside) form.destroy(ignoredFile ?? tooMuchOutside())
    if (!file || file.readableEnded) bytesOutside += chunk.length
  })

  try {
    await pipeline(body, form)
  } catch (error) {
    if (handlerError) throw handlerError
    const refusal = error instanceof WorkspaceError ? error : malformedForm(error)
    fields.reject(refusal)
    await handled?.catch(() => {})
    throw refusal
  }
  if (!handled) throw ignoredFile ?? noFile()
  fields.resolve(Object.fromEntries(received.values))
  return await handled
}

function isKnown(name: string): boolean {
  return fieldNames.some((field) => field === name)
}

function formType(c: Context<AppEnv>): string {
  const contentType = c.req.header('content-type')
  if (contentType !== undefined && /^multipart\/form-data[ \t]*(?:;|$)/i.test(contentType)) {
    return contentType
  }
  throw new WorkspaceError(
    'unsupported-type',
    'Send multipart/form-data with a part "file", or the bytes alone with PUT /api/workspace/content/{path}.',
  )
}

/** Rejects if `onFile` rejects, or if it resolves without reading the file, which would block the parser. */
async function assertRead(handled: Promise<unknown>, stream: Readable): Promise<void> {
  await handled
  if (!stream.readableEnded) throw new Error('onFile has resolved without reading the file')
}

function otherFile(name: string | undefined): WorkspaceError {
  return invalid(
    name ?? 'file',
    'must not be a file; the one file of the form is the part named "file"',
  )
}

function fileAsField(): WorkspaceError {
  return invalid('file', 'must be sent as a file: its part has no filename, so it is a field')
}

function noFile(): WorkspaceError {
  return invalid(
    'file',
    'is missing, or has no filename and no bytes; send the bytes in a part named "file" that has a filename',
  )
}

function tooMuchOutside(): WorkspaceError {
  return invalid('body', `has more than ${maxBytesOutside} bytes outside the parts of an upload`)
}
