import type { FileId, SessionId, WorkspacePath } from './ids.ts'
import { invalid } from './errors.ts'

export const maxSegmentBytes = 255
export const maxPathBytes = 1024
/**
 * The longest text whose NFC form can be a valid path: NFC shortens text by a factor of 3 at most (UAX #15 §13). Checked
 * before normalization, which sorts combining marks in quadratic time.
 */
const maxInputCharacters = 4 * maxPathBytes

const sessionPattern = /^[A-Za-z0-9._~-]{1,128}$/
const fileIdPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const controls = /[\p{Cc}\u2028\u2029]/u
const bidirectional = /[\u202a-\u202e\u2066-\u2069]/u
const noncharacters = /\p{Noncharacter_Code_Point}/u

/**
 * Parses a virtual path. With a session, a path that does not start with `/` resolves under
 * `/sessions/{session}/`. Throws `invalid-request` with `field` and the violated rule.
 */
export function parsePath(input: string, session?: SessionId, field = 'path'): WorkspacePath {
  const text = parseText(input, field)
  const path = text.startsWith('/') || session === undefined ? text : sessionFolder(session) + text
  if (!path.startsWith('/')) {
    throw invalid(field, 'must start with "/"; only with a session may a path be relative')
  }
  for (const segment of path.slice(1).split('/')) checkSegment(segment, field)
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw invalid(field, `is longer than ${maxPathBytes} bytes of UTF-8; use a shorter path`)
  }
  return path as WorkspacePath
}

/**
 * Parses a folder. Adds the final `/`, which may be missing. With a session, a folder that does not start with `/` resolves
 * under `/sessions/{session}/`. `/` is the whole workspace.
 */
export function parseFolder(input: string, session?: SessionId, field = 'prefix'): string {
  if (input === '/') return input
  const name = input.endsWith('/') ? input.slice(0, -1) : input
  return `${parsePath(name, session, field)}/`
}

/** Parses a file name: one path segment, kept exactly (any script, quotes, emoji). */
export function parseName(input: string, field = 'name'): string {
  const name = parseText(input, field)
  if (name.includes('/')) {
    throw invalid(field, 'must not contain "/"; use "path" to name a folder')
  }
  checkSegment(name, field)
  return name
}

/** Parses a list prefix. A prefix is not a whole path: its last segment may be incomplete or empty. */
export function parsePrefix(input: string, session?: SessionId): string {
  const text = parseText(input, 'prefix')
  if (text.startsWith('/')) return text
  if (session !== undefined) return sessionFolder(session) + text
  if (text === '') return ''
  throw invalid('prefix', 'must start with "/"; only with a session may a prefix be relative')
}

export function parseSessionId(input: string, field = 'session'): SessionId {
  if (!sessionPattern.test(input) || input === '.' || input === '..') {
    throw invalid(field, 'must be 1 to 128 of A-Z a-z 0-9 . _ ~ - and not "." or ".."')
  }
  return input as SessionId
}

/** Parses a UUIDv4 in any case (RFC 9562 §4). Undefined for other text. */
export function parseFileId(input: string): FileId | undefined {
  const id = input.toLowerCase()
  return fileIdPattern.test(id) ? (id as FileId) : undefined
}

/** The folder of a session's relative paths, ending in `/`. */
export function sessionFolder(session: SessionId): string {
  return `/sessions/${session}/`
}

/** The session whose folder contains a path, or null. */
export function sessionOf(path: WorkspacePath): SessionId | null {
  const [, first, session, file] = path.split('/')
  const inside = first === 'sessions' && session !== undefined && file !== undefined
  return inside && sessionPattern.test(session) ? (session as SessionId) : null
}

/** The last segment of a path. */
export function nameOf(path: WorkspacePath): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The path with another last segment. */
export function withName(path: WorkspacePath, name: string): WorkspacePath {
  return parsePath(path.slice(0, path.lastIndexOf('/') + 1) + name)
}

/** Converts text to NFC. Throws for lone surrogates and for characters that hide or reorder other characters. */
function parseText(input: string, field: string): string {
  if (!input.isWellFormed())
    throw invalid(field, 'must be well-formed Unicode; it has a lone surrogate')
  if (input.length > maxInputCharacters) {
    throw invalid(field, `is longer than ${maxPathBytes} bytes of UTF-8; use a shorter one`)
  }
  const text = input.normalize('NFC')
  if (controls.test(text))
    throw invalid(field, 'must not contain control characters or line separators')
  if (bidirectional.test(text))
    throw invalid(field, 'must not contain bidirectional control characters')
  if (noncharacters.test(text)) throw invalid(field, 'must not contain Unicode noncharacters')
  if (text.includes('\\'))
    throw invalid(field, 'must not contain "\\"; folders are separated by "/"')
  return text
}

function checkSegment(segment: string, field: string): void {
  if (segment === '') throw invalid(field, 'must not be empty or have an empty segment')
  if (segment === '.' || segment === '..')
    throw invalid(field, 'must not have a "." or ".." segment')
  if (Buffer.byteLength(segment) > maxSegmentBytes) {
    throw invalid(
      field,
      `has a segment longer than ${maxSegmentBytes} bytes of UTF-8; use a shorter name`,
    )
  }
}
