import { join } from 'node:path'
import { startBare } from '../baselines.ts'
import type { Plan } from '../bench.ts'
import { randomBody } from '../body.ts'
import type { ChildServer } from '../child-server.ts'
import { startCoffer } from '../coffer.ts'
import { startPocketBase } from '../peers/pocketbase.ts'
import { atLeast, compareIf, milliseconds, perSecond, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'
import { readLoad } from '../wrk.ts'

const bytes = 4096
const files = 100
const connections = 16

/** Small reads over 16 connections: a file of 4 KB, its record, and a page of 100 records, each in answers a second. */
export async function readsScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using servers = new AsyncDisposableStack()
  const coffer = servers.use(await startCoffer(join(scratch, 'coffer')))
  const bare = servers.use(await startBare(scratch))
  const pocketbase = servers.use(await startPocketBase(join(scratch, 'pocketbase')))
  const load = await readLoad({
    connections,
    seconds: plan.readSeconds,
    requests: plan.smallRequests,
  })

  const { target } = await bare.store('PUT', '/small.bin', { body: randomBody(bytes) })
  let id = ''
  for (let file = 0; file < files; file += 1) {
    id = await coffer.ready(await coffer.put(`/${file}.bin`, randomBody(bytes)))
  }
  let stored: Awaited<ReturnType<NonNullable<typeof pocketbase>['upload']>> | undefined
  for (let file = 0; file < files; file += 1) stored = await pocketbase?.upload(bytes)

  const reads: Record<string, { server: ChildServer; url: string }> = {
    'bare file': { server: bare.server, url: `${bare.server.url}${target}` },
    'coffer file': { server: coffer.server, url: coffer.url(`/files/${id}/content`) },
    'coffer record': { server: coffer.server, url: coffer.url(`/files/${id}`) },
    'coffer page': { server: coffer.server, url: coffer.url(`/files?limit=${files}`) },
    ...(pocketbase &&
      stored && {
        'pocketbase file': { server: pocketbase.server, url: stored.fileUrl },
        'pocketbase record': { server: pocketbase.server, url: stored.recordUrl },
        'pocketbase page': { server: pocketbase.server, url: pocketbase.pageUrl(files) },
      }),
  }
  const cpu: Record<string, number[]> = {}
  const measure = (name: string, { server, url }: { server: ChildServer; url: string }) => {
    return async () => {
      const usedBefore = await server.cpuSeconds()
      const { rate, answers } = await load(url)
      ;(cpu[name] ??= []).push(((await server.cpuSeconds()) - usedBefore) / answers)
      return rate
    }
  }
  const contestants = Object.entries(reads).map(([name, read]) => [name, measure(name, read)])
  const rates = await takeTurns<string>(
    plan.rounds,
    Object.fromEntries(contestants) as Record<string, () => Promise<number>>,
  )

  const row = (what: string, [own, other]: [string, string], bound?: number) =>
    compareIf({
      what,
      candidate: rates[own] ?? [],
      baseline: rates[other],
      format: perSecond,
      ...(bound !== undefined && { target: atLeast(bound), heldBack }),
    })
  const time = (what: string, own: string, other: string) =>
    compareIf({
      what: `processor time of ${what}`,
      candidate: cpu[own]?.slice(-plan.rounds) ?? [],
      baseline: cpu[other]?.slice(-plan.rounds),
      format: milliseconds,
    })
  return [
    ...row('read of a 4 KB file / PocketBase', ['coffer file', 'pocketbase file'], 0.7),
    ...row('page of 100 files / PocketBase', ['coffer page', 'pocketbase page'], 1),
    ...row('record of a file / PocketBase', ['coffer record', 'pocketbase record'], 1),
    ...row('read of a 4 KB file / bare stream', ['coffer file', 'bare file']),
    ...time('a 4 KB file / PocketBase', 'coffer file', 'pocketbase file'),
    ...time('a page of 100 files / PocketBase', 'coffer page', 'pocketbase page'),
    ...time('a record / PocketBase', 'coffer record', 'pocketbase record'),
  ]
}

const heldBack =
  'Coffer answers on one thread, in JavaScript; PocketBase is compiled and uses every core that the load generator leaves it'
