import { invalid, WorkspaceError } from '../model/errors.ts'
import { assertBoundedJson, maxDepth, tooDeep } from './json-shape.ts'

/**
 * Parses JSON from a client. Throws `invalid-request` with the field, also for JSON that the stores cannot represent (see
 * `assertStorable`). Checks depth and number of members before it builds a value.
 */
export function parseJson(text: string, field: string): unknown {
  assertBoundedJson(text, field)
  let root: unknown
  try {
    // Parsers may ignore a byte order mark (RFC 8259 §8.1). .NET and Windows editors write one.
    root = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch (cause) {
    const detail = `must be JSON (RFC 8259)${positionOf(cause)}`
    throw new WorkspaceError('invalid-request', `${field}: ${detail}`, {
      errors: [{ field, detail }],
      cause,
    })
  }
  assertStorable(root, field)
  return root
}

/** Throws `invalid-request` for lone surrogates, members named `__proto__`, and nesting deeper than `maxDepth`. */
export function assertStorable(root: unknown, field: string): void {
  const stack = [{ value: root, depth: 0 }]
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { value, depth } = next
    if (depth > maxDepth) throw tooDeep(field)
    if (typeof value === 'string') assertWellFormed(value, field)
    if (typeof value !== 'object' || value === null) continue
    for (const [key, member] of Object.entries(value)) {
      assertWellFormed(key, field)
      if (key === '__proto__') throw invalid(field, 'must not have a member named "__proto__"')
      stack.push({ value: member, depth: depth + 1 })
    }
  }
}

/** The position at which the parser stopped, if its message contains it. */
function positionOf(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  const position = /\(line \d+ column \d+\)/.exec(message)?.[0]
  if (position !== undefined) return `, and is not ${position}`
  return /end of JSON/.test(message) ? ', and ends too early' : ''
}

function assertWellFormed(text: string, field: string): void {
  if (!text.isWellFormed()) throw invalid(field, 'must not contain lone surrogates')
}
