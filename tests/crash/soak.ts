import { parseArgs } from 'node:util'
import { crashEverywhere, everyNth, scratch, type CrashReport } from './crash-rounds.ts'
import { scenarios } from './scenarios.ts'
import { bundleServer } from './server-process.ts'
import { soakRandomly } from './soak-round.ts'
import { crashFirstStart, crashRecovery } from './starts.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: `${Math.floor(Math.random() * 1_000_000)}` },
    /** Test every N-th crash point. 0 skips them. */
    stride: { type: 'string', default: '1' },
  },
})
const seed = Number(values.seed)
const rounds = Number(values.rounds)
const stride = Number(values.stride)
const startedAt = performance.now()
console.log(`seed ${seed}, ${rounds} rounds, every ${stride}. crash point, node ${process.version}`)

await using bundled = await bundleServer()
const { program } = bundled
const reports = stride > 0 ? await everyPoint() : []
await using place = await scratch(program)
const soak = await soakRandomly(place, {
  seed,
  rounds,
  onRound: ({ rounds, operations }) => {
    if ((rounds + 1) % 10 === 0) console.log(`${rounds + 1} rounds, ${operations} operations`)
  },
})
const findings = [...reports.flatMap((report) => report.findings), ...soak.findings]
for (const finding of findings) console.error(finding)
const summary = { ...soak, points: sum('points'), pointsTaken: sum('crashes') }
const minutes = Math.round((performance.now() - startedAt) / 6000) / 10
console.log({ seed, ...summary, findings: findings.length, minutes })
process.exitCode = findings.length > 0 ? 1 : 0

/** Two scenarios at a time. */
async function everyPoint(): Promise<CrashReport[]> {
  const crashes = { program, sample: everyNth({ stride, offset: seed }) }
  const waiting = [
    () => crashFirstStart(crashes),
    () => crashRecovery(crashes),
    ...scenarios.map((scenario) => () => crashEverywhere(scenario, crashes)),
  ]
  const reports: CrashReport[] = []
  const work = async () => {
    for (let run = waiting.shift(); run; run = waiting.shift()) {
      const report = await run()
      const { scenario, points, findings } = report
      console.log(`${scenario}: ${report.crashes} of ${points} points, ${findings.length} findings`)
      reports.push(report)
    }
  }
  await Promise.all([work(), work()])
  return reports
}

function sum(figure: 'points' | 'crashes'): number {
  return reports.reduce((total, report) => total + report[figure], 0)
}
