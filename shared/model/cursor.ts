import { createHash } from 'node:crypto'
import { z } from 'zod'
import { invalid, type WorkspaceError } from './errors.ts'
import type { ListPosition } from './listing.ts'

const position = z.union([
  z.strictObject({ path: z.string(), sequence: z.int() }),
  z.strictObject({ sequence: z.int() }),
])

/**
 * Encodes a position of one query as `{position}.{seal}`, both base64url. The seal is a plain hash without a secret: it
 * detects that a client changed the query. A forged cursor only reaches other positions of the caller's own listing,
 * because the catalog applies the query to every position.
 */
export function createCursor(query: object, next: object): string {
  const text = Buffer.from(JSON.stringify(next)).toString('base64url')
  return `${text}.${seal(query, text)}`
}

/** Decodes a cursor. Throws `invalid-request` for a cursor of another query and for text that `createCursor` never returns. */
export function readCursor(query: object, cursor: string): ListPosition {
  return readPosition(query, cursor, position)
}

/** The same for a position of another kind. */
export function readPosition<Schema extends z.ZodType>(
  query: object,
  cursor: string,
  schema: Schema,
): z.output<Schema> {
  const [text = '', given] = cursor.split('.')
  const parsed = schema.safeParse(parseJson(Buffer.from(text, 'base64url').toString()))
  if (!parsed.success || cursor !== `${text}.${seal(query, text)}` || given === undefined) {
    throw invalidCursor()
  }
  return parsed.data
}

export function invalidCursor(): WorkspaceError {
  return invalid(
    'cursor',
    'is not from this listing; start again without it, or repeat the query that gave it',
  )
}

function seal(query: object, text: string): string {
  const sorted = Object.entries(query).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([sorted, text]))
    .digest('base64url')
    .slice(0, 22)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
