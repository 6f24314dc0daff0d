import busboy from 'busboy'
import type { Context } from 'hono'
import { pipeline } from 'node:stream/promises'
import { invalid, WorkspaceError } from '../workspace/errors.ts'
import type { AppEnv } from './app-env.ts'
import { bodyStream, idleSeconds } from './body.ts'
import { parameterText } from './form-part.ts'
import { readText } from './json-body.ts'
import { parsePairs } from './query.ts'

const maxFields = 32

/** Whether a request's body is a form: `application/x-www-form-urlencoded` or `multipart/form-data`. */
export function isForm(c: Context<AppEnv>): boolean {
  return /^(?:application\/x-www-form-urlencoded|multipart\/form-data)[ \t]*(?:;|$)/i.test(
    c.req.header('Content-Type') ?? '',
  )
}

/** The fields of a form without a file, each at most once. Throws `invalid-request` or `too-large`. */
export async function formFields(
  c: Context<AppEnv>,
  { maxBytes }: { maxBytes: number },
): Promise<Record<string, string>> {
  const contentType = c.req.header('Content-Type') ?? ''
  if (!/^multipart/i.test(contentType)) {
    return parsePairs(await readText(c, { idleSeconds, maxBytes }), (name) => name !== '')
  }
  return multipartFields(c, contentType, maxBytes)
}

async function multipartFields(c: Context<AppEnv>, contentType: string, maxBytes: number) {
  const form = openForm(contentType, maxBytes)
  const fields = new Map<string, string>()
  let bytes = 0
  form.on('field', (encodedName, value, { valueTruncated }) => {
    const name = parameterText(encodedName)
    if (name === undefined) form.destroy(invalid('body', 'must name its fields in UTF-8'))
    else if (fields.has(name)) form.destroy(invalid(name, 'must be sent once'))
    else if (valueTruncated) form.destroy(tooLarge(maxBytes))
    else if (typeof value !== 'string' || value.includes('\uFFFD')) {
      form.destroy(invalid(name, 'must be text in UTF-8'))
    } else fields.set(name, value)
  })
  form.on('filesLimit', () =>
    form.destroy(invalid('file', 'is not taken here; send files to POST /api/workspace/files')),
  )
  form.on('fieldsLimit', () =>
    form.destroy(invalid('body', `must have at most ${maxFields} fields`)),
  )
  const body = bodyStream(c)
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) form.destroy(tooLarge(maxBytes))
  })
  try {
    await pipeline(body, form)
  } catch (error) {
    throw error instanceof WorkspaceError ? error : malformed(error)
  }
  return Object.fromEntries(fields)
}

function openForm(contentType: string, maxBytes: number) {
  try {
    return busboy({
      headers: { 'content-type': contentType },
      defParamCharset: 'base64',
      limits: { files: 0, fields: maxFields, fieldSize: maxBytes },
    })
  } catch (error) {
    throw malformed(error)
  }
}

function malformed(cause: unknown): WorkspaceError {
  const detail = 'is not whole or not multipart/form-data; send it again as RFC 7578 says'
  return new WorkspaceError('invalid-request', `body: ${detail}`, {
    cause,
    errors: [{ field: 'body', detail }],
  })
}

function tooLarge(maxBytes: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The form is longer than ${maxBytes} bytes; send less. Files go to POST /api/workspace/files.`,
  )
}
