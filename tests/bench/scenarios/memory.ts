import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { startClamd } from '../../support/clamd/clamd.ts'
import { startBare } from '../baselines.ts'
import { megabyte, type Plan } from '../bench.ts'
import { randomBody, reprDigest } from '../body.ts'
import { scannedBy, startCoffer } from '../coffer.ts'
import { compare, megabytes, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

const peakLimitBytes = 250 * megabyte

/**
 * Peak resident memory of a new server process during uploads and their processing. The parallel ones are scanned by
 * clamd. The large ones, which exceed its limit, are only hashed.
 */
export async function memoryScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using clamd = await startClamd()
  const scanned = scannedBy(clamd)
  const { parallelUploads, parallelBytes, largeBytes } = plan
  const loads = {
    bareParallel: () => barePeak(scratch, parallelUploads, parallelBytes),
    cofferParallel: () =>
      cofferPeak(scratch, { uploads: parallelUploads, bytes: parallelBytes, env: scanned }),
    bareLarge: () => barePeak(scratch, 1, largeBytes),
    cofferLarge: () => cofferPeak(scratch, { uploads: 1, bytes: largeBytes }),
    cofferOne: () => cofferPeak(scratch, { uploads: 1, bytes: parallelBytes }),
  }
  // Start a new, cold process for every load.
  const peaks = await takeTurns(plan.memoryRounds, loads, { warmUp: 0 })
  const met = Math.max(...peaks.cofferParallel) <= peakLimitBytes
  return [
    compare({
      what: `peak memory, ${parallelUploads} uploads of ${megabytes(parallelBytes)} at once / bare pipeline`,
      candidate: peaks.cofferParallel,
      baseline: peaks.bareParallel,
      format: megabytes,
      target: () => ({ text: `≤ ${megabytes(peakLimitBytes)}`, met }),
    }),
    compare({
      what: `peak memory, one upload of ${megabytes(largeBytes)} / bare pipeline`,
      candidate: peaks.cofferLarge,
      baseline: peaks.bareLarge,
      format: megabytes,
    }),
    compare({
      what: `peak memory, one upload of ${megabytes(largeBytes)} / of ${megabytes(parallelBytes)}`,
      candidate: peaks.cofferLarge,
      baseline: peaks.cofferOne,
      format: megabytes,
    }),
  ]
}

async function barePeak(scratch: string, uploads: number, bytes: number): Promise<number> {
  await using bare = await startBare(scratch)
  await all(uploads, async () => bare.store('PUT', `/${randomUUID()}`, { body: randomBody(bytes) }))
  await bare.clear()
  return await bare.peakMemoryBytes()
}

interface CofferLoad {
  uploads: number
  bytes: number
  env?: Record<string, string>
}

async function cofferPeak(scratch: string, { uploads, bytes, env }: CofferLoad): Promise<number> {
  await using coffer = await startCoffer(join(scratch, 'coffer'), env)
  const ids = await all(uploads, async () => {
    const body = randomBody(bytes)
    const headers = { 'Repr-Digest': reprDigest(body) }
    return coffer.ready(await coffer.put(`/${randomUUID()}.bin`, body, headers))
  })
  const peak = await coffer.peakMemoryBytes()
  for (const id of ids) await coffer.purge(id)
  return peak
}

function all<Result>(count: number, work: () => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, work))
}
