import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { fullPlan, quickPlan, scratchDirectory } from './bench.ts'
import { environment, page, type Result } from './page.ts'
import { table } from './report.ts'
import { sections } from './sections.ts'

const document = fileURLToPath(new URL('../../docs/performance.md', import.meta.url))

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string', default: Object.keys(sections).join(',') },
    write: { type: 'boolean', default: false },
  },
})
const plan = { ...(values.quick ? quickPlan : fullPlan) }
if (values.rounds !== undefined) plan.rounds = Number(values.rounds)
const chosen = values.only.split(',')

const results: Result[] = []
for (const [name, { run, title, about }] of Object.entries(sections)) {
  if (!chosen.includes(name)) continue
  console.error(`${name} …`)
  try {
    await using scratch = await scratchDirectory()
    results.push({ title, about, rows: await run(plan, scratch.path) })
  } catch (error) {
    // Continue, to report the results of the other scenarios.
    console.error(error)
    process.exitCode = 1
  }
}
console.log(table(results.flatMap(({ rows }) => rows)))
const measuredOn = await environment(plan.rounds)
console.log(`\n${measuredOn}`)
if (values.write) {
  await writeFile(document, page(results, measuredOn))
  await promisify(execFile)('npx', ['oxfmt', document])
}
