import type { Row } from './rows.ts'
import { fail, show } from './toasts.ts'

/** Copies `workspace://` references, one a line: agents read files by them. */
export async function copyReferences(rows: readonly Row[]): Promise<void> {
  const lines = rows.map((row) =>
    row.kind === 'file' ? `workspace://${row.key}` : `workspace://${row.path}`,
  )
  await copyText(
    lines.join('\n'),
    lines.length === 1 ? 'The reference is copied' : `${lines.length} references are copied`,
  )
}

export async function copyText(text: string, message: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    show({ text: message })
  } catch {
    fail('The browser does not permit this page to copy.')
  }
}
