import { parseArgs } from 'node:util'
import { defaultLoad, deployed } from './defaults.ts'
import { percentile, simulate, simulateBursts, type Service } from './simulation.ts'

/** `npm run simulate:scale -- --users 1000000 --seed 1` prints the tables of docs/scale.md. */
const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
  },
})
const seed = Number(values.seed)

const load = { ...defaultLoad, users: Number(values.users) }

const services: Record<string, Service> = {
  'a commit for each change, 20 scans': { ...deployed, maxGroup: 1 },
  'groups, 1 instance, 20 scans': deployed,
  'groups, 3 instances, 20 scans': { ...deployed, instances: 3 },
  'groups, 3 instances, 8 scans': { ...deployed, instances: 3, scanSlots: 8 },
}

/** Dollars for 100,000 documents, as in docs/cost.md. */
const prices = { reads: 0.06, writes: 0.18 }
const hoursOfLoad = 30 / load.busiestHourShare

const row = (...cells: unknown[]) => console.log(`| ${cells.join(' | ')} |`)
const seconds = (sorted: Float64Array) =>
  [0.5, 0.95, 0.99, 1].map((share) => percentile(sorted, share).toFixed(1)).join(' / ')

for (const [name, service] of Object.entries(services)) {
  const { document, scanner, uploads, commits, mostInASecond } = simulate(load, service, seed)
  const late = document.findIndex((waited) => waited > 30)
  const lateShare = late < 0 ? 0 : (100 * (uploads - late)) / uploads
  // A single upload with waiting costs 6 reads and 6 writes, two of each of the document of its workspace.
  const documents = 4 * uploads + commits
  const dollars = (documents * (prices.reads + prices.writes) * hoursOfLoad) / 100_000
  row(
    name,
    uploads,
    mostInASecond,
    seconds(document),
    `${lateShare.toFixed(1)} %`,
    seconds(scanner),
    dollars.toFixed(0),
  )
}

/** One program sends small files to one workspace. */
for (const parallel of [6, 50, 200]) {
  const rates = [{ maxGroup: 1 }, { instances: 1 }, { instances: 2 }, { instances: 3 }].map(
    (limits) => {
      const burst = { at: 0, user: 0, files: 2000, parallel }
      const service = { ...deployed, scanSlots: 1000, ...limits }
      const { uploads, endsAt } = simulateBursts([burst], service, seed)
      return (uploads / endsAt).toFixed(1)
    },
  )
  row(parallel, ...rates)
}
