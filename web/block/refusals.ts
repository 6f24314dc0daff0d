import { CofferError } from '../../shared/client/coffer.ts'
import { wordsOf } from '../words/errors.ts'
import type { NotJson } from './draft.ts'
import type { Field } from './schema.ts'

interface Refusals {
  /** What is wrong with a field, by its name. */
  at: ReadonlyMap<string, string>
  /** What belongs to no field of the form. */
  rest: string | undefined
}

interface Ended {
  error: unknown
  /** Why the run has failed: `image: This must be image/*`. */
  detail: string | undefined
}

/** Puts refusals to the fields that they name. */
export function refusalsOf(
  fields: readonly Field[],
  wrong: readonly NotJson[],
  { error, detail }: Ended,
): Refusals {
  const named = [...wrong]
  if (error instanceof CofferError) named.push(...error.fields)
  if (detail !== undefined) {
    const [field = '', ...words] = detail.split(': ')
    named.push({ field, detail: words.join(': ') })
  }
  const at = new Map<string, string>()
  for (const { field, detail } of named) {
    const owner = fields.find(({ name }) => isWithin(field, name))
    if (owner) at.set(owner.name, [at.get(owner.name), detail].filter(Boolean).join('; '))
  }
  const words = error === undefined ? detail : wordsOf(error).detail
  return { at, rest: at.size > 0 ? undefined : words }
}

/** `values`, `values.0` and `values[0]` are within `values`. */
const isWithin = (field: string, name: string) =>
  field === name || field.startsWith(`${name}.`) || field.startsWith(`${name}[`)
