import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { fullPlan, quickPlan, scratchDirectory } from './bench.ts'
import { table, type Row } from './report.ts'
import { coldStartScenario } from './scenarios/cold-start.ts'
import { concurrencyScenario } from './scenarios/concurrency.ts'
import { contentionScenario } from './scenarios/contention.ts'
import { downloadScenario } from './scenarios/download.ts'
import { importScenario } from './scenarios/import.ts'
import { listingScenario } from './scenarios/listing.ts'
import { memoryScenario } from './scenarios/memory.ts'
import { previewScenario } from './scenarios/preview.ts'
import { scanScenario } from './scenarios/scan.ts'
import { smallFilesScenario } from './scenarios/small-files.ts'
import { uploadScenario } from './scenarios/upload.ts'

const scenarios = {
  upload: uploadScenario,
  download: downloadScenario,
  memory: memoryScenario,
  'small-files': smallFilesScenario,
  concurrency: concurrencyScenario,
  contention: contentionScenario,
  listing: listingScenario,
  scan: scanScenario,
  import: importScenario,
  preview: previewScenario,
  'cold-start': coldStartScenario,
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string', default: Object.keys(scenarios).join(',') },
  },
})
const plan = { ...(values.quick ? quickPlan : fullPlan) }
if (values.rounds !== undefined) plan.rounds = Number(values.rounds)
const chosen = values.only.split(',')

const rows: Row[] = []
for (const [name, scenario] of Object.entries(scenarios)) {
  if (!chosen.includes(name)) continue
  console.error(`${name} …`)
  try {
    await using scratch = await scratchDirectory()
    rows.push(...(await scenario(plan, scratch.path)))
  } catch (error) {
    // Continue, to report the results of the other scenarios.
    console.error(error)
    process.exitCode = 1
  }
}
console.log(table(rows))
console.log(
  `\nnode ${process.version}, ${availableParallelism()} cores, ${plan.rounds} rounds after a warm-up`,
)
