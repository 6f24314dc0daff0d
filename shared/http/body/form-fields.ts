import type { Context } from 'hono'
import { pipeline } from 'node:stream/promises'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { AppEnv } from '../app-env.ts'
import { bodyStream, idleSeconds } from './body.ts'
import { FormFieldSet } from './form-field-set.ts'
import { atFirstByte, attempt, malformedForm, openForm } from './form-parser.ts'
import { readText } from './json-body.ts'
import { parsePairs } from '../protocol/form-urlencoded.ts'

interface FormLimits {
  isKnown: (name: string) => boolean
  maxBytes: number
}

/** Whether a request's body is a form: `application/x-www-form-urlencoded` or `multipart/form-data`. */
export function isForm(c: Context<AppEnv>): boolean {
  return /^(?:application\/x-www-form-urlencoded|multipart\/form-data)[ \t]*(?:;|$)/i.test(
    c.req.header('Content-Type') ?? '',
  )
}

/** The known fields of a form without a file, each at most once. Throws `invalid-request` or `too-large`. */
export async function formFields(
  c: Context<AppEnv>,
  limits: FormLimits,
): Promise<Record<string, string>> {
  const contentType = c.req.header('Content-Type') ?? ''
  if (/^multipart/i.test(contentType)) return multipartFields(c, contentType, limits)
  const text = await readText(c, { idleSeconds, maxBytes: limits.maxBytes })
  return parsePairs(text, limits.isKnown)
}

async function multipartFields(
  c: Context<AppEnv>,
  contentType: string,
  { isKnown, maxBytes }: FormLimits,
): Promise<Record<string, string>> {
  const fields = new FormFieldSet({ isKnown, maxBytes })
  const form = openForm(contentType, {
    maxFieldBytes: maxBytes,
    file(part, stream) {
      if (part.name === 'file') atFirstByte(form, stream, refuseFile)
      else fields.addFile(part, stream, (add) => attempt(form, add))
    },
    field: (part, text, isTooLong) => fields.add(part, text, isTooLong),
  })
  let bytes = 0
  const body = bodyStream(c)
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) form.destroy(tooLarge(maxBytes))
  })
  try {
    await pipeline(body, form)
  } catch (error) {
    throw error instanceof WorkspaceError ? error : malformedForm(error)
  }
  return Object.fromEntries(fields.values)
}

function refuseFile(): never {
  throw invalid('file', 'is not accepted here; send files to POST /api/workspace/files')
}

function tooLarge(maxBytes: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The form is longer than ${maxBytes} bytes; send less. Files go to POST /api/workspace/files.`,
  )
}
