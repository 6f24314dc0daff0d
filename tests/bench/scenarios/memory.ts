import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { startClamd } from '../../support/clamd/clamd.ts'
import { startBare } from '../baselines.ts'
import { megabyte, type Plan } from '../bench.ts'
import { randomBody, reprDigest } from '../body.ts'
import { scannedBy, startCoffer } from '../coffer.ts'
import { startPocketBase } from '../peers/pocketbase.ts'
import { buildPeer } from '../peers/build.ts'
import { compare, compareIf, megabytes, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

const peakLimitBytes = 200 * megabyte

/**
 * Peak resident memory of a new server process during uploads and their processing. The parallel ones are scanned by
 * clamd. The large ones, which exceed its limit, are only hashed.
 */
export async function memoryScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using clamd = await startClamd()
  const scanned = scannedBy(clamd)
  const { parallelUploads, parallelBytes, largeBytes } = plan
  const hasPocketBase = (await buildPeer('pocketbase')) !== undefined
  const loads: Record<string, () => Promise<number>> = {
    bareParallel: () => barePeak(scratch, parallelUploads, parallelBytes),
    cofferParallel: () =>
      cofferPeak(scratch, { uploads: parallelUploads, bytes: parallelBytes, env: scanned }),
    ...(hasPocketBase && {
      pocketbase: () => pocketBasePeak(scratch, parallelUploads, parallelBytes),
    }),
    bareLarge: () => barePeak(scratch, 1, largeBytes),
    cofferLarge: () => cofferPeak(scratch, { uploads: 1, bytes: largeBytes }),
    cofferOne: () => cofferPeak(scratch, { uploads: 1, bytes: parallelBytes }),
  }
  // Start a new, cold process for every load.
  const peaks = await takeTurns(plan.memoryRounds, loads, { warmUp: 0 })
  const parallel = {
    candidate: peaks['cofferParallel'] ?? [],
    format: megabytes,
  }
  const at = `peak memory, ${parallelUploads} uploads of ${megabytes(parallelBytes)} at once`
  const met = Math.max(...parallel.candidate) <= peakLimitBytes
  return [
    compare({
      ...parallel,
      what: `${at} / bare pipeline`,
      baseline: peaks['bareParallel'] ?? [],
      target: () => ({ text: `≤ ${megabytes(peakLimitBytes)}`, met }),
      heldBack: 'buffers of sockets and hashes await the next garbage collection',
    }),
    ...compareIf({ ...parallel, what: `${at} / PocketBase`, baseline: peaks['pocketbase'] }),
    compare({
      what: `peak memory, one upload of ${megabytes(largeBytes)} / bare pipeline`,
      candidate: peaks['cofferLarge'] ?? [],
      baseline: peaks['bareLarge'] ?? [],
      format: megabytes,
    }),
    compare({
      what: `peak memory, one upload of ${megabytes(largeBytes)} / of ${megabytes(parallelBytes)}`,
      candidate: peaks['cofferLarge'] ?? [],
      baseline: peaks['cofferOne'] ?? [],
      format: megabytes,
    }),
  ]
}

async function barePeak(scratch: string, uploads: number, bytes: number): Promise<number> {
  await using bare = await startBare(scratch)
  await all(uploads, async () => bare.store('PUT', `/${randomUUID()}`, { body: randomBody(bytes) }))
  await bare.clear()
  return await bare.server.peakMemoryBytes()
}

async function pocketBasePeak(scratch: string, uploads: number, bytes: number): Promise<number> {
  await using pocketbase = await startPocketBase(join(scratch, 'pocketbase'))
  if (!pocketbase) throw new Error('PocketBase cannot be built')
  const stored = await all(uploads, () => pocketbase.upload(bytes))
  const peak = await pocketbase.server.peakMemoryBytes()
  for (const upload of stored) await pocketbase.remove(upload)
  return peak
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
  const peak = await coffer.server.peakMemoryBytes()
  for (const id of ids) await coffer.purge(id)
  return peak
}

function all<Result>(count: number, work: () => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, work))
}
