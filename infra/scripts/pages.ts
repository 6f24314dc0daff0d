import { readFile } from 'node:fs/promises'
import { alertTable, runbook } from './runbook.ts'
import { costTable } from './cost-table.ts'
import { at, formatted, type Generated } from './formatted.ts'
import { mermaidOf } from './graph.ts'
import { permissionTable } from './permission-table.ts'
import { simulate } from './simulate.ts'

/** The tables and pictures in docs/, which show what the program does with functions.json as it is. */
export async function generatedPages(): Promise<Generated[]> {
  const deploy = {
    graph: fenced('mermaid', mermaidOf(await simulate())),
    'graph-functions': fenced(
      'mermaid',
      mermaidOf(await simulate({ topology: 'functions', domain: 'files.example.com' })),
    ),
    cost: await costTable(),
    permissions: permissionTable(),
  }
  return Promise.all([
    filled('docs/deploy.md', deploy),
    filled('docs/runbook.md', { alerts: alertTable(), runbook: runbook() }),
  ])
}

/** A page with what stands between `<!-- name -->` and `<!-- /name -->` made anew. */
async function filled(path: string, parts: Record<string, string>): Promise<Generated> {
  let page = await readFile(at(path), 'utf8')
  for (const [name, text] of Object.entries(parts)) {
    const between = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`)
    if (!between.test(page)) throw new Error(`${path} has no place for "${name}"`)
    page = page.replace(between, (_, open: string, close: string) => `${open}\n${text}\n\n${close}`)
  }
  return formatted(at(path), page)
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}
