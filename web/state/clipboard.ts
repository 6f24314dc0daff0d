import type { Row } from './rows.ts'
import { fail, show } from './toasts.ts'

/** Copies `workspace://` references, one a line: agents read files by them. */
export async function copyReferences(rows: readonly Row[]): Promise<void> {
  await copyText(
    referencesOf(rows),
    rows.length === 1 ? 'The reference is copied' : `${rows.length} references are copied`,
  )
}

export function referencesOf(rows: readonly Row[]): string {
  return rows.map(({ kind, key, path }) => `workspace://${kind === 'file' ? key : path}`).join('\n')
}

export async function copyText(text: string, message: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    show({ text: message })
  } catch {
    fail('The browser does not permit this page to copy.')
  }
}
