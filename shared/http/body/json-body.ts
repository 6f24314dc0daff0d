import { isUtf8 } from 'node:buffer'
import type { Context } from 'hono'
import type { z } from 'zod'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { AppEnv } from '../app-env.ts'
import { bodyStream, idleSeconds } from './body.ts'
import { parseJson } from '../../api/json.ts'
import { parsed } from '../../api/parsed.ts'

const defaultMaxBytes = 64 * 1024
const jsonType = /^application\/(?:[\w.!#$&^+-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

interface JsonBodyOptions {
  /** A missing body counts as `{}`. */
  optional?: boolean
  /** The longest pause between two chunks. */
  idleSeconds?: number
  maxBytes?: number
}

/** The request's JSON body, parsed by the schema. Throws `unsupported-type`, `too-large` or `invalid-request`. */
export async function jsonBody<Schema extends z.ZodType>(
  c: Context<AppEnv>,
  schema: Schema,
  { optional = false, ...limits }: JsonBodyOptions = {},
): Promise<z.output<Schema>> {
  const contentType = c.req.header('Content-Type')
  if (contentType !== undefined && !jsonType.test(contentType)) throw notJson()
  const text = await readText(c, { idleSeconds, ...limits })
  if (text === '' && optional) return parsed(schema, {})
  if (contentType === undefined) throw notJson()
  return parsed(schema, parseJson(text, 'body'))
}

/** The request's body as text. Throws `too-large`, or `invalid-request` for bytes that are not UTF-8. */
export async function readText(
  c: Context<AppEnv>,
  { maxBytes = defaultMaxBytes, ...limits }: { idleSeconds: number; maxBytes?: number },
): Promise<string> {
  if (Number(c.req.header('Content-Length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of bodyStream(c, limits) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks)
  if (!isUtf8(body)) throw invalid('body', 'must be UTF-8')
  return body.toString()
}

function notJson(): WorkspaceError {
  return new WorkspaceError('unsupported-type', 'Send the body as Content-Type: application/json.')
}

function tooLarge(maxBytes: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The body is longer than ${maxBytes} bytes; send less. Files go to POST /api/workspace/files.`,
  )
}
