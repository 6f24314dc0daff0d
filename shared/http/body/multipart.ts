import type { Context } from 'hono'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { AppEnv } from '../app-env.ts'
import { bodyStream, idleSeconds } from './body.ts'
import { expectedChecksum } from '../protocol/digest.ts'
import { FormFieldSet } from './form-field-set.ts'
import { FormFiles, type FileResult, type OnFile } from './form-files.ts'
import { atFirstByte, attempt, malformedForm, openForm, type FormPart } from './form-parser.ts'

export type { FilePart, FileResult } from './form-files.ts'

const fieldNames = new Set([
  'path',
  'session',
  'overwrite',
  'onConflict',
  'metadata',
  'origin',
  'modifiedAt',
])
const maxFieldBytes = 64 * 1024
/** The fields of a form together, which are kept until the verdicts on its files. */
const maxFieldsBytes = 1024 * 1024
/** The most consecutive bytes outside the files, such as a preamble, a long field, another file or the rest of a refused file. */
const maxBytesOutside = 1024 * 1024

/**
 * Reads a `multipart/form-data` body (RFC 7578) of `file` parts and the fields of an upload, in constant memory. Ignores other
 * fields and empty file inputs. Returns the result of `onFile` for each file, in the order of the parts.
 *
 * - A form of one file may have its fields before and after it. An invalid form fails the file.
 * - In a form of several files, fields apply to the files after them: `path` and `modifiedAt` to the next one only. A file
 *   is complete when the next one begins, so a form that is cut off or invalid fails the last file only.
 * - A file that `onFile` rejects does not fail the others. The rest of its bytes is skipped within bounds.
 *
 * Throws `unsupported-type` for another content type and `invalid-request` for a form without a file.
 */
export async function parseMultipart<T>(
  c: Context<AppEnv>,
  onFile: OnFile<T>,
  limits = { idleSeconds },
): Promise<FileResult<T>[]> {
  const contentType = formType(c)
  const checksum = expectedChecksum((name) => c.req.header(name))
  const newFields = () => new FormFieldSet({ isKnown, maxBytes: maxFieldBytes })
  let fields = newFields()
  let ignoredFile: WorkspaceError | undefined
  let bytesOutside = 0
  let fieldsBytes = 0

  const takeFields = () => {
    const { values } = fields
    fields = newFields()
    for (const value of values.values()) fieldsBytes += Buffer.byteLength(value)
    if (fieldsBytes > maxFieldsBytes) throw tooManyFields()
    return Object.fromEntries(values)
  }
  const files = new FormFiles<T>(onFile, {
    userAgent: c.req.header('User-Agent'),
    parser: () => form,
  })
  const receiveFile = (part: FormPart, stream: Readable) => {
    files.begin(part, stream, { fields: takeFields(), isOnly: checksum !== undefined })
  }
  const form = openForm(contentType, {
    maxFieldBytes,
    file(part, stream) {
      bytesOutside = 0
      if (part.name !== 'file') {
        if (part.name === undefined || !isKnown(part.name)) ignoredFile ??= otherFile(part.name)
        fields.addFile(part, stream, (add) => attempt(form, add))
      } else if (part.fileName === undefined) {
        // A browser sends an empty file input as a file without name and bytes (HTML §4.10.21.4).
        atFirstByte(form, stream, () => receiveFile(part, stream))
      } else receiveFile(part, stream)
    },
    field(part, text, isTooLong) {
      bytesOutside = 0
      if (part.name === 'file') throw fileAsField()
      fields.add(part, text, isTooLong)
    },
  })
  const body = bodyStream(c, { ...limits, checksum })
  body.on('data', (chunk: Buffer) => {
    if (bytesOutside > maxBytesOutside) form.destroy(ignoredFile ?? tooMuchOutside())
    if (!files.isReceiving) bytesOutside += chunk.length
  })

  let lastFields
  try {
    await pipeline(body, form)
    lastFields = takeFields()
  } catch (error) {
    return files.fail(error instanceof WorkspaceError ? error : malformedForm(error))
  }
  return files.end(lastFields, () => ignoredFile ?? noFile())
}

function isKnown(name: string): boolean {
  return fieldNames.has(name)
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

function tooManyFields(): WorkspaceError {
  return invalid('body', `has fields of more than ${maxFieldsBytes} bytes`)
}

function tooMuchOutside(): WorkspaceError {
  return invalid('body', `has more than ${maxBytesOutside} bytes outside the parts of an upload`)
}
