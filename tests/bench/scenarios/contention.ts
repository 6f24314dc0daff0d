import { randomUUID } from 'node:crypto'
import { runWriters } from '../../adapters/firestore/processes.ts'
import { googleFirestoreJar, startGoogleFirestore } from '../../emulators/google-firestore.ts'
import type { Plan } from '../bench.ts'
import { compare, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'
import type { Counts, Strategy } from '../transactions.ts'

const processes = 4
const hooks = new URL('../measure-transactions.ts', import.meta.url).href

const workloads = {
  'uploads to paths of their own': (count: number) => ({ uploads: count, overwrites: 0 }),
  'overwrites of one path': (count: number) => ({ uploads: 0, overwrites: count }),
}

/**
 * Four processes change one workspace in Google's Firestore emulator. Compares the catalog, which takes no locks, with the
 * client's transactions, which do.
 */
export async function contentionScenario(plan: Plan): Promise<Row[]> {
  const jar = googleFirestoreJar()
  if (jar === undefined) {
    console.error("contention is skipped: Google's Firestore emulator is not installed")
    return []
  }
  await using emulator = await startGoogleFirestore(jar)
  process.env['FIRESTORE_EMULATOR_HOST'] = emulator.host
  const rows: Row[] = []
  for (const [what, of] of Object.entries(workloads)) {
    const load = of(plan.contendedUploads)
    const finished: Record<Strategy, number[]> = { withoutLocks: [], withLocks: [] }
    const attempts: Record<Strategy, number[]> = { withoutLocks: [], withLocks: [] }
    const measure = async (strategy: Strategy) => {
      process.env['COFFER_BENCH_STRATEGY'] = strategy
      const execArgv = ['--import', hooks]
      const projectId = `coffer-${randomUUID()}`
      const { seconds, failures, outputs } = await runWriters({
        projectId,
        processes,
        ...load,
        execArgv,
      })
      const wanted = processes * plan.contendedUploads
      const begun = outputs.reduce((sum, line) => sum + (JSON.parse(line) as Counts).attempts, 0)
      finished[strategy].push(wanted - failures.length)
      attempts[strategy].push(begun / wanted)
      console.error(
        `${strategy}: ${wanted - failures.length} of ${wanted}, ${begun} attempts, ${seconds.toFixed(1)} s, failed with ${[...new Set(failures)].join(' ') || 'nothing'}`,
      )
      return (wanted - failures.length) / seconds
    }
    const rates = await takeTurns(plan.memoryRounds, {
      withoutLocks: () => measure('withoutLocks'),
      withLocks: () => measure('withLocks'),
    })
    const row = (
      name: string,
      values: Record<Strategy, number[]>,
      format: (value: number) => string,
    ) =>
      compare({
        what: `${what}, 4 processes, ${name}, no locks / locks`,
        candidate: values.withoutLocks.slice(-plan.memoryRounds),
        baseline: values.withLocks.slice(-plan.memoryRounds),
        format,
      })
    rows.push(
      row('finished a second', rates, (rate) => `${rate.toFixed(1)}/s`),
      row('finished', finished, String),
      row('attempts an upload', attempts, (count) => count.toFixed(2)),
    )
  }
  return rows
}
