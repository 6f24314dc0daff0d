import type { z } from 'zod'
import { WorkspaceError, type FieldError } from '../model/errors.ts'

const kinds: Partial<Record<string, string>> = {
  array: 'an array',
  boolean: 'true or false',
  int: 'a whole number',
  object: 'a JSON object',
  record: 'a JSON object',
}

/** Limits the size of the answer, because a body may have thousands of unknown members. */
const maxUnknown = 10
const maxNameLength = 100

/**
 * Parses an input from a client. Throws `invalid-request` with the violated rule of every field. `whole` is the field name
 * for the input itself.
 */
export function parsed<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  whole = 'body',
): z.output<Schema> {
  const result = schema.safeParse(input, { reportInput: true })
  if (result.success) return result.data
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue, whole))
  const detail = errors.map(({ field, detail }) => `${field}: ${detail}`).join('; ')
  throw new WorkspaceError('invalid-request', detail, { errors, cause: result.error })
}

function fieldErrors(issue: z.core.$ZodIssue, whole: string): FieldError[] {
  const field = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, maxUnknown).map((key) => {
      const name = key.slice(0, maxNameLength).toWellFormed()
      const detail = 'is not known here; leave it out'
      return { field: field === '' ? name : `${field}.${name}`, detail }
    })
  }
  return [{ field: field === '' ? whole : field, detail: ruleOf(issue) }]
}

/** Rewrites zod's messages for clients. Keeps the messages that a schema defines. */
function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is required'
    return `must be ${kinds[issue.expected] ?? `a ${issue.expected}`}`
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map((value) => JSON.stringify(value))
    return values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(', ')}`
  }
  if (issue.code === 'too_small') {
    return `must be at least ${issue.minimum}${unitOf(issue.origin)}`
  }
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}${unitOf(issue.origin)}`
  return issue.code === 'invalid_union' ? 'is of the wrong type' : issue.message
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters long'
  return origin === 'array' ? ' items long' : ''
}
