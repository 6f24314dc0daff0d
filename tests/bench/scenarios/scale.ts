import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { openLocalStorage } from '../../../shared/runtime/local-storage.ts'
import { EicarScanner } from '../../../shared/adapters/scanners/eicar-scanner.ts'
import type { Phase } from '../../../shared/workspace/sweep/report.ts'
import { sweep } from '../../../shared/workspace/sweep/sweep.ts'
import { seedCatalog } from '../../support/seed-catalog.ts'
import type { Plan } from '../bench.ts'
import { randomBody } from '../body.ts'
import { startCoffer } from '../coffer.ts'
import { atMost, compare, milliseconds, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'
import { pageRows, type SizedCatalog } from './pages.ts'

const manyRecords = { WORKSPACE_MAX_FILES: '2000000' }
/** The weekly phases visit every file, within this time per call. */
const phaseBudgetMs = 2000

/** The cost of requests and sweeps in catalogs of increasing size. The largest has many workspaces too. */
export async function scaleScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using servers = new AsyncDisposableStack()
  const catalogs: SizedCatalog[] = []
  for (const files of plan.listedFiles) {
    const directory = join(scratch, String(files))
    const isLargest = files === plan.listedFiles.at(-1)
    await seedCatalog(directory, { files, otherWorkspaces: isLargest ? plan.otherWorkspaces : 0 })
    catalogs.push({
      files,
      directory,
      coffer: servers.use(await startCoffer(directory, manyRecords)),
    })
  }
  for (const { coffer } of catalogs) await sweepEnded(coffer)
  const rows = await pageRows(plan, catalogs)
  rows.push(...(await compareSizes('record', plan, catalogs, recordSeconds)))
  rows.push(...(await compareSizes('read of 4 KB', plan, catalogs, readSeconds)))
  rows.push(...(await compareSizes('upload of 4 KB, until ready', plan, catalogs, uploadSeconds)))
  for (const [what, measure] of Object.entries(sweeps)) {
    rows.push(...(await compareSizes(what, plan, catalogs, measure)))
  }
  return rows
}

/** Waits until the sweep at the start has ended: it takes seconds for 10,000 workspaces. The server then uses no processor time. */
async function sweepEnded({ server }: SizedCatalog['coffer']): Promise<void> {
  for (let before = -1, used = await server.cpuSeconds(); used !== before;) {
    await setTimeout(1000)
    ;[before, used] = [used, await server.cpuSeconds()]
  }
}

type Measure = (catalog: SizedCatalog, plan: Plan) => Promise<number>

/** Compares the largest catalog with the smallest. */
async function compareSizes(
  what: string,
  plan: Plan,
  catalogs: SizedCatalog[],
  measure: Measure,
): Promise<Row[]> {
  const contestants = Object.fromEntries(
    catalogs.map((catalog) => [catalog.files, () => measure(catalog, plan)]),
  )
  const seconds = await takeTurns(plan.rounds, contestants)
  const [fewest = 0, most = 0] = [catalogs[0]?.files, catalogs.at(-1)?.files]
  return [
    compare({
      what: `${what}: ${most} files / ${fewest}`,
      candidate: seconds[most] ?? [],
      baseline: seconds[fewest] ?? [],
      format: milliseconds,
      target: atMost(1.2),
    }),
  ]
}

const recordSeconds: Measure = async ({ coffer }, { pagesPerRound }) => {
  const { files } = JSON.parse((await coffer.get('/files?limit=1')).text) as {
    files: { id: string }[]
  }
  return secondsEach(pagesPerRound, () => coffer.get(`/files/${files[0]?.id}`))
}

const readSeconds: Measure = async ({ coffer }, { pagesPerRound }) => {
  await coffer.ready(await coffer.put('/read', randomBody(4096)))
  return secondsEach(pagesPerRound, () => coffer.download('/read', 4096))
}

const uploadSeconds: Measure = async ({ coffer }, { pagesPerRound }) =>
  secondsEach(pagesPerRound, () =>
    coffer.put(`/${randomUUID()}`, randomBody(4096), { Prefer: 'wait=30' }),
  )

/** Seconds for all phases that are always due, and for each file of the phases that visit every file. */
const sweeps: Record<string, Measure> = {
  'sweep of what is always due': async (catalog) =>
    (await runSweep(catalog, ['pending', 'trash', 'rejected'])).seconds,
  'weekly recount, each file': async (catalog) => {
    const { seconds } = await runSweep(catalog, ['counters'])
    return seconds / catalog.files
  },
  'weekly check of bytes, each file': async (catalog) => {
    const { seconds, examined } = await runSweep(catalog, ['missing'])
    return seconds / examined
  },
}

const now = () => new Date()

async function runSweep({ directory }: SizedCatalog, phases: Phase[]) {
  await using storage = await openLocalStorage({ directory, quotaBytes: 1e15, now })
  const { catalog, folders, trail, blobs, quarantine } = storage
  const limits = { maxFileBytes: 1e9, uploadExpirySeconds: 3600, trashRetentionDays: 30 }
  const scanner = new EicarScanner()
  const ports = { catalog, folders, trail, blobs, quarantine, scanner, limits, now }
  const startedAt = performance.now()
  const report = await sweep(ports, {
    phases,
    dryRun: true,
    budgetMs: phaseBudgetMs,
    pendingAgeSeconds: 60,
    abandonedBefore: new Date(0),
  })
  const examined = Object.values(report.phases).map((phase) => phase.examined)
  return { seconds: (performance.now() - startedAt) / 1000, examined: Math.max(1, ...examined) }
}

async function secondsEach(times: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  for (let time = 0; time < times; time += 1) await work()
  return (performance.now() - startedAt) / 1000 / times
}
