import { readFileSync } from 'node:fs'

const page = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8')
const [, ...sections] = page.split('### <a id="')

/** The section of an alert in docs/runbook.md, in Markdown, without its heading. */
export function runbookSection(id: string): string {
  const section = sections.find((it) => it.startsWith(`${id}"`))
  if (section === undefined) throw new Error(`docs/runbook.md has no section "${id}"`)
  return section.slice(section.indexOf('\n')).trim()
}
