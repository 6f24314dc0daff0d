import { kindOf, type Field, type Schema } from './schema.ts'

/** A file of the workspace that was picked. */
export interface Picked {
  /** `workspace://{id}` */
  reference: string
  name: string
}

/** What a control holds: a text for texts, numbers, choices and JSON. */
export type Draft = string | boolean | Picked | undefined | readonly Draft[]
export type Drafts = Readonly<Record<string, Draft>>

/** What a control holds before anybody has typed. */
export function emptyDraft(schema: Schema): Draft {
  const { default: value } = schema
  switch (kindOf(schema)) {
    case 'file':
      return undefined
    case 'boolean':
      return value === true
    case 'list':
      return Array.isArray(value)
        ? value.map((item) => emptyDraft({ ...schema.items, default: item as unknown }))
        : []
    case 'json':
      return value === undefined ? '' : JSON.stringify(value)
    case 'choice':
    case 'text':
    case 'number':
      return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
}

/** A text that is no JSON, with the name of its field. */
export interface NotJson {
  field: string
  detail: string
}

/** The input of a run. A field without a text is left out, so that the block takes its default; the service checks the rest. */
export function inputOf(
  fields: readonly Field[],
  drafts: Drafts,
): { input: Record<string, unknown>; wrong: NotJson[] } {
  const input: Record<string, unknown> = {}
  const wrong: NotJson[] = []
  for (const { name, schema, isRequired } of fields) {
    try {
      const value = valueOf(schema, name in drafts ? drafts[name] : emptyDraft(schema))
      if (value !== undefined) input[name] = value
      else if (isRequired && kindOf(schema) === 'text') input[name] = ''
    } catch (error) {
      wrong.push({ field: name, detail: `is not JSON: ${(error as Error).message}` })
    }
  }
  return { input, wrong }
}

function valueOf(schema: Schema, draft: Draft): unknown {
  if (typeof draft === 'boolean') return draft
  if (draft === undefined || draft === '') return undefined
  if (typeof draft === 'string') {
    const kind = kindOf(schema)
    if (kind === 'json') return JSON.parse(draft)
    // A text that is no number is sent as it is, so that the service refuses it in its words.
    return kind === 'number' && Number.isFinite(Number(draft)) ? Number(draft) : draft
  }
  if ('reference' in draft) return draft.reference
  const values = draft
    .map((item) => valueOf(schema.items ?? {}, item))
    .filter((value) => value !== undefined)
  return values.length > 0 ? values : undefined
}
