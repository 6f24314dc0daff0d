import type { FileView } from '../../shared/client/coffer.ts'

type Values = FileView['metadata']

/** One line of the editor. */
export interface Entry {
  name: string
  text: string
}

/** A string as it is, everything else as JSON. */
export function shownValue(value: Values[string]): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * The metadata that the lines say. A value keeps its type if its text is unchanged. Where a number, a list or the like was, a text
 * that is JSON stays one; all other texts are strings. Throws for a name that is given twice.
 */
export function entered(lines: readonly Entry[], base: Values): Values {
  const values = new Map<string, Values[string]>()
  for (const { name, text } of lines) {
    const key = name.trim()
    if (key === '' && text === '') continue
    if (key === '') throw new Error('A value has no name.')
    if (values.has(key)) throw new Error(`The name “${key}” is there twice.`)
    const before = Object.hasOwn(base, key) ? base[key] : undefined
    values.set(key, before === undefined || typeof before === 'string' ? text : parsed(text))
  }
  return Object.fromEntries(values)
}

function parsed(text: string): Values[string] {
  try {
    return JSON.parse(text) as Values[string]
  } catch {
    return text
  }
}
