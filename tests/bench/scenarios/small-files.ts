import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { startBare, startTus, storeInTus } from '../baselines.ts'
import type { Plan } from '../bench.ts'
import { randomBody } from '../body.ts'
import { startCoffer } from '../coffer.ts'
import { compare, perSecond, type Row } from '../report.ts'
import { requestRate } from '../request-rate.ts'
import { takeTurns } from '../rounds.ts'

const bytes = 1000
const connections = 16

/** Requests per second for files of 1 KB, over 16 connections. */
export async function smallFilesScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using coffer = await startCoffer(join(scratch, 'coffer'))
  await using bare = await startBare(scratch)
  await using tus = await startTus(scratch)
  const load = { requests: plan.smallRequests, connections }
  const rate = (work: () => Promise<unknown>) => requestRate(load, work)

  const puts = await takeTurns(plan.rounds, {
    fsync: () =>
      rate(() => bare.store('PUT', `/${randomUUID()}?fsync`, { body: randomBody(bytes) })),
    coffer: async () => {
      const accepted = await rate(() => coffer.put(`/${randomUUID()}.bin`, randomBody(bytes)))
      await coffer.allReady()
      return accepted
    },
    ready: () =>
      rate(() => coffer.put(`/${randomUUID()}.bin`, randomBody(bytes), { Prefer: 'wait=30' })),
    tus: () => rate(() => storeInTus(tus, randomBody(bytes))),
  })

  const body = randomBody(bytes)
  const bareFile = await bare.store('PUT', '/small.bin', { body })
  const tusFile = await storeInTus(tus, body)
  await coffer.ready(await coffer.put('/small.bin', body))
  const gets = await takeTurns(plan.rounds, {
    bare: () => rate(() => bare.download(bareFile.target, bytes)),
    coffer: () => rate(() => coffer.download('/small.bin', bytes)),
    tus: () => rate(() => tus.download(tusFile.target, bytes)),
  })

  return [
    row('1 KB uploads, accepted / bare pipeline + fsync', puts.coffer, puts.fsync),
    row('1 KB uploads, accepted / tus', puts.coffer, puts.tus),
    row('1 KB uploads, scanned and ready / tus', puts.ready, puts.tus),
    row('1 KB downloads / bare stream', gets.coffer, gets.bare),
    row('1 KB downloads / tus', gets.coffer, gets.tus),
  ]
}

const row = (what: string, candidate: number[], baseline: number[]) =>
  compare({ what, candidate, baseline, format: perSecond })
