import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { startTus, startTusd, storeInTus } from '../baselines.ts'
import type { Plan } from '../bench.ts'
import { multipartBody, randomBody } from '../body.ts'
import { scanningForEicar, startCoffer } from '../coffer.ts'
import { startPocketBase } from '../peers/pocketbase.ts'
import { requestRate } from '../request-rate.ts'
import { atLeast, below, compare, compareIf, milliseconds, perSecond, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

const bytes = 4096
const connections = 16
const maxLoopDelaySeconds = 0.025

/** Uploads of 4 KB until their final answer: with Coffer scanned, durable and ready. */
export async function smallUploadsScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using servers = new AsyncDisposableStack()
  const coffer = servers.use(await startCoffer(join(scratch, 'coffer'), {}, scanningForEicar))
  const tus = servers.use(await startTus(scratch))
  const tusd = servers.use(await startTusd(scratch))
  const pocketbase = servers.use(await startPocketBase(join(scratch, 'pocketbase')))

  const uploads = {
    coffer: () => coffer.postForm(form(), { waitSeconds: 30 }),
    tus: () => storeInTus(tus, randomBody(bytes)),
    ...(tusd && { tusd: () => storeInTus(tusd, randomBody(bytes)) }),
    ...(pocketbase && { pocketbase: () => pocketbase.upload(bytes) }),
  }
  const cpu: Record<string, number[]> = {}
  const delays: Record<string, number[]> = {}
  const at = (name: keyof typeof uploads, parallel: number, requests: number) => {
    const upload = uploads[name]
    const server = { coffer, tus, tusd, pocketbase }[name]?.server
    return async () => {
      if (!upload || !server) throw new Error(`${name} has not started`)
      const usedBefore = await server.cpuSeconds()
      if ('loopDelaySeconds' in server) await server.loopDelaySeconds()
      const rate = await requestRate({ requests, connections: parallel }, upload)
      const key = `${name} ${parallel}`
      ;(cpu[key] ??= []).push(((await server.cpuSeconds()) - usedBefore) / requests)
      if ('loopDelaySeconds' in server) (delays[key] ??= []).push(await server.loopDelaySeconds())
      return rate
    }
  }
  const { smallRequests } = plan
  const contestants: Record<string, () => Promise<number>> = {}
  for (const name of Object.keys(uploads) as (keyof typeof uploads)[]) {
    contestants[`${name} ${connections}`] = at(name, connections, smallRequests)
    contestants[`${name} 1`] = at(name, 1, Math.ceil(smallRequests / 4))
  }
  const rates = await takeTurns(plan.rounds, contestants)

  const rounds = (values: number[] = []) => values.slice(-plan.rounds)
  const against = (
    what: string,
    [own, other]: [string, string],
    [measured, format]: [Record<string, number[]>, (value: number) => string],
    bound?: number,
    reason = heldBack,
  ) =>
    compareIf({
      what: `4 KB uploads, ${what}`,
      candidate: rounds(measured[own]),
      baseline: measured[other] && rounds(measured[other]),
      format,
      ...(bound !== undefined && { target: atLeast(bound), heldBack: reason }),
    })
  const rate: [typeof rates, typeof perSecond] = [rates, perSecond]
  const time: [typeof cpu, typeof milliseconds] = [cpu, milliseconds]
  const together = `coffer ${connections}`
  return [
    ...against('16 at once / PocketBase', [together, 'pocketbase 16'], rate, 0.45),
    ...against('16 at once / tusd', [together, 'tusd 16'], rate),
    ...against('16 at once / @tus/server', [together, 'tus 16'], rate, 1),
    ...against('one after the other / PocketBase', ['coffer 1', 'pocketbase 1'], rate),
    ...against('one after the other / @tus/server', ['coffer 1', 'tus 1'], rate),
    ...against('16 at once / one after the other', [together, 'coffer 1'], rate, 4, oneThread),
    ...against('processor time of one / PocketBase', [together, 'pocketbase 16'], time),
    ...against('processor time of one / @tus/server', [together, 'tus 16'], time),
    compare({
      what: 'event-loop delay p99 while 16 are sent / @tus/server',
      candidate: rounds(delays[together]),
      baseline: rounds(delays['tus 16']),
      format: milliseconds,
      target: below(rounds(delays[together]), maxLoopDelaySeconds, milliseconds),
      heldBack,
    }),
  ]
}

const oneThread =
  'one thread does the work, so 16 at once share only the waits for the disk; a single upload waits for three syncs'

/** Measured with `--cpu-prof` and `strace -c -f`, 16 at once. */
const heldBack =
  'of the processor time of an upload, 40 % are statements and commits of SQLite (14 pages of the log), 25 % streams and garbage, 10 % the answer; the others neither scan, hash, record nor sync'

const form = () => multipartBody(`${randomUUID()}.bin`, randomBody(bytes))
