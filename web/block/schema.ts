/** A part of the JSON Schema (2020-12) of a block's input, with what a form shows of it. */
export interface Schema {
  type?: string
  title?: string
  description?: string
  placeholder?: string
  default?: unknown
  enum?: unknown[]
  format?: string
  media?: { accept?: string }
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  maxLength?: number
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  advanced?: boolean
  hidden?: boolean
  secret?: boolean
}

export interface Field {
  name: string
  label: string
  schema: Schema
  isRequired: boolean
}

/** `json`: a shape without a control for it, entered as JSON. */
type Kind = 'file' | 'choice' | 'text' | 'number' | 'boolean' | 'list' | 'json'

/** The fields of a form. Those that only programs set are left out. */
export function fieldsOf({ properties = {}, required = [] }: Schema): Field[] {
  return Object.entries(properties)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, schema]) => ({
      name,
      label: schema.title ?? name,
      schema,
      isRequired: required.includes(name),
    }))
}

export function kindOf(schema: Schema): Kind {
  if (schema.enum?.every((value) => typeof value === 'string')) return 'choice'
  switch (schema.type) {
    case 'string':
      return schema.format === 'coffer-media' ? 'file' : 'text'
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'array':
      return schema.items && !['list', 'json'].includes(kindOf(schema.items)) ? 'list' : 'json'
    case undefined:
    default:
      return 'json'
  }
}

/** Numbers that zod gives for "any integer" are no bounds for people. */
const isBound = (value: number | undefined): value is number =>
  value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER

/** `1 to 100`, `at least 1`, or nothing. */
export function boundsOf({ minimum, maximum, minItems, maxItems }: Schema): string | undefined {
  const [from, to] = [minimum ?? minItems, maximum ?? maxItems]
  if (isBound(from) && isBound(to)) return `${from} to ${to}`
  if (isBound(from)) return `at least ${from}`
  return isBound(to) ? `at most ${to}` : undefined
}
