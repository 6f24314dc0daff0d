import { invalid, WorkspaceError } from '../workspace/errors.ts'

const maxDepth = 64

/**
 * Parses JSON from outside. Throws `invalid-request` that names the field, also for what JSON allows but no store keeps as
 * it is: lone surrogates, members named `__proto__`, and nesting that exhausts the stack of whoever walks it.
 */
export function parseJson(text: string, field: string): unknown {
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch (cause) {
    const detail = 'must be JSON (RFC 8259)'
    throw new WorkspaceError('invalid-request', `${field}: ${detail}`, {
      errors: [{ field, detail }],
      cause,
    })
  }
  const open = [{ value: root, depth: 0 }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next
    if (depth > maxDepth) throw invalid(field, `must not be nested deeper than ${maxDepth} levels`)
    if (typeof value === 'string') assertWellFormed(value, field)
    if (typeof value !== 'object' || value === null) continue
    for (const [key, member] of Object.entries(value)) {
      assertWellFormed(key, field)
      if (key === '__proto__') throw invalid(field, 'must not have a member named "__proto__"')
      open.push({ value: member, depth: depth + 1 })
    }
  }
  return root
}

function assertWellFormed(text: string, field: string): void {
  if (!text.isWellFormed()) throw invalid(field, 'must not contain lone surrogates')
}
