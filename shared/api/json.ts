import { invalid, WorkspaceError } from '../model/errors.ts'
import { assertBoundedJson, maxDepth, tooDeep } from './json-shape.ts'

/**
 * Parses JSON from outside. Throws `invalid-request` that names the field, also for JSON that the stores cannot keep as it is:
 * see `assertKeepable`. Depth and number of members are checked before a value is built.
 */
export function parseJson(text: string, field: string): unknown {
  assertBoundedJson(text, field)
  let root: unknown
  try {
    // A byte order mark, as .NET and editors of Windows write it, may be ignored (RFC 8259 §8.1).
    root = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch (cause) {
    const detail = `must be JSON (RFC 8259)${placeOf(cause)}`
    throw new WorkspaceError('invalid-request', `${field}: ${detail}`, {
      errors: [{ field, detail }],
      cause,
    })
  }
  assertKeepable(root, field)
  return root
}

/** Throws `invalid-request` for lone surrogates, members named `__proto__`, and nesting that exhausts a stack. */
export function assertKeepable(root: unknown, field: string): void {
  const open = [{ value: root, depth: 0 }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next
    if (depth > maxDepth) throw tooDeep(field)
    if (typeof value === 'string') assertWellFormed(value, field)
    if (typeof value !== 'object' || value === null) continue
    for (const [key, member] of Object.entries(value)) {
      assertWellFormed(key, field)
      if (key === '__proto__') throw invalid(field, 'must not have a member named "__proto__"')
      open.push({ value: member, depth: depth + 1 })
    }
  }
}

/** Where the parser stopped, as far as it says. */
function placeOf(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  const place = /\(line \d+ column \d+\)/.exec(message)?.[0]
  if (place !== undefined) return `, and is not ${place}`
  return /end of JSON/.test(message) ? ', and ends too early' : ''
}

function assertWellFormed(text: string, field: string): void {
  if (!text.isWellFormed()) throw invalid(field, 'must not contain lone surrogates')
}
