import { randomUUID } from 'node:crypto'
import { mkdir, readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { AnyBlock } from '../../shared/blocks/any-block.ts'
import { defineBlock, perRun } from '../../shared/blocks/sdk.ts'
import {
  openExecutor,
  type ExecuteRequest,
  type Executor,
} from '../../shared/blocks/run/executor.ts'
import type { RunEvent } from '../../shared/model/runs/run-event.ts'
import { parseSessionId } from '../../shared/model/path.ts'
import { list } from '../../shared/workspace/list.ts'
import { openBlockHost, type BlockHost } from './block-host.ts'
import { echo } from './echo-block.ts'
import { hostile } from './hostile-block.ts'

let host: BlockHost
let executor: Executor
const errors: unknown[] = []

const onError = (error: unknown) => void errors.push(error)

/** An executor as another process over the same stores has it. */
function another(more: object = {}): Executor {
  const { temporaryDirectory } = host
  const ports = host.runtime.ports
  return openExecutor({ ...host.host, ports, temporaryDirectory, onError, ...more })
}

beforeAll(async () => {
  host = await openBlockHost()
  executor = another({ heartbeatMs: 50 })
})
afterAll(() => host[Symbol.asyncDispose]())

const request = (block: AnyBlock, input: unknown, more: Partial<ExecuteRequest> = {}) => ({
  block,
  input,
  caller: { workspaceId: randomUUID() },
  signal: new AbortController().signal,
  ...more,
})

async function eventsOf(run: ExecuteRequest, by: Executor = executor): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of by.execute(run)) events.push(event)
  return events
}

/** Charges for each text, and waits for `release` between two. */
const charged = defineBlock({
  ...echo,
  id: '2f4b8c1d-6f0e-4b67-8a43-5d0c7e9b1a22',
  name: 'Charged',
  cost: [perRun(0.5), { type: 'items', credits: 1, per: 4, atMost: 10 }],
  input: z.object({ texts: z.array(z.string()).default([]), fails: z.boolean().default(false) }),
  async *run({ input: { texts, fails }, output, context }) {
    for (const text of texts) {
      context.meter.items(1)
      yield output.text(text)
    }
    if (fails) yield output.error('said')
  },
  tests: [{ input: {}, output: [] }],
})

const recordsOf = async ({ caller }: ExecuteRequest) =>
  (await host.runtime.ports.runs.list({ ...caller, limit: 9 })).runs

describe('the record of a run', () => {
  test('has an output before its event, and the end before the last event', async () => {
    const run = request(charged, { texts: ['a', 'b'] })
    const costs: number[] = []
    for await (const event of executor.execute(run)) {
      const [record] = await recordsOf(run)
      if (!record) throw new Error('No record')
      costs.push(record.cost)
      const isOver = event.type === 'completed'
      expect(record.state).toBe(isOver ? 'completed' : 'running')
      const recorded = await host.runtime.ports.runs.get(record)
      const count =
        event.type === 'started' ? 0 : event.type === 'output' && event.value === 'a' ? 1 : 2
      expect(recorded?.outputs.map(({ value }) => value)).toEqual(['a', 'b'].slice(0, count))
    }
    expect(costs).toEqual([0, 1, 1, 1])
  })

  test.each([
    ['completed', { texts: ['a', 'b', 'c'] }, 2],
    ['completed', {}, 1],
    ['failed', { texts: ['a'], fails: true }, 1],
    ['failed', { fails: true }, 0],
  ])('%s has the cost of %o, rounded up once', async (state, input, cost) => {
    const run = request(charged, input)
    const events = await eventsOf(run)
    expect(events.at(-1)).toMatchObject({ type: state, cost })
    expect(await recordsOf(run)).toMatchObject([{ state, cost, endedAt: expect.any(String) }])
  })

  test('of a cancelled run names no outputs', async () => {
    const run = request(hostile, { how: 'progress' })
    for await (const event of executor.execute(run)) if (event.type === 'output') break
    const [record] = await recordsOf(run)
    expect(record).toMatchObject({ state: 'cancelled' })
    expect(record && (await host.runtime.ports.runs.get(record))?.outputs).toEqual([])
  })
})

describe('an idempotency key', () => {
  test('sent 20 times at once runs once', async () => {
    let runs = 0
    const counted = {
      ...charged,
      run: (given: never) => {
        runs += 1
        return charged.run(given)
      },
    }
    const run = request(counted, { texts: ['a'] }, { idempotencyKey: 'key' })
    const executors = Array.from({ length: 20 }, () => another())
    const all = await Promise.allSettled(executors.map((each) => eventsOf(run, each)))
    expect(runs).toBe(1)
    const codes = all.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))
    expect(new Set([...codes, 'run-in-progress'])).toEqual(new Set(['run-in-progress']))
    const again = await eventsOf(run)
    expect(again.map(({ type }) => type)).toEqual(['started', 'output', 'completed'])
    expect(runs).toBe(1)
    expect(await recordsOf(run)).toMatchObject([{ cost: 1 }])
  })

  test('answers the failure of its run again', async () => {
    const run = request(charged, { fails: true }, { idempotencyKey: 'key' })
    expect(await eventsOf(run)).toEqual(await eventsOf(run))
  })

  test('with another input is refused, with the members in another order it is not', async () => {
    const run = request(echo, { text: 'a', mode: 'once' }, { idempotencyKey: 'key' })
    const events = await eventsOf(run)
    expect(await eventsOf({ ...run, input: { mode: 'once', text: 'a' } })).toEqual(events)
    const other = eventsOf({ ...run, input: { text: 'b', mode: 'once' } })
    await expect(other).rejects.toMatchObject({ code: 'key-reused' })
    const block = eventsOf({ ...run, block: { ...echo, id: charged.id } })
    await expect(block).rejects.toMatchObject({ code: 'key-reused' })
  })

  test('of another user is another run', async () => {
    const [one, two] = [1, 2].map(() => request(echo, { text: 'a' }, { idempotencyKey: 'key' }))
    const ids = [await eventsOf(one as ExecuteRequest), await eventsOf(two as ExecuteRequest)]
    expect(ids[0]?.[0]).not.toEqual(ids[1]?.[0])
  })
})

describe('runs at the same time', () => {
  test('are limited for each user and for the process, and a refused one has no record', async () => {
    const limited = another({ atOnce: { perUser: 2, total: 3 } })
    const begin = async (run: ExecuteRequest) => {
      const events = limited.execute(run)
      await events.next()
      return events
    }
    const ann = request(echo, { text: 'a' })
    const open = [await begin(ann), await begin(ann)]
    await expect(begin(ann)).rejects.toMatchObject({ code: 'too-many-requests' })
    const bob = request(echo, { text: 'a' })
    open.push(await begin(bob))
    await expect(begin(request(echo, { text: 'a' }))).rejects.toMatchObject({
      code: 'too-many-requests',
    })
    expect(await recordsOf(ann)).toHaveLength(2)
    for (const events of open) await events.return()
    expect((await eventsOf(ann, limited)).at(-1)?.type).toBe('completed')
  })
})

describe('cancel', () => {
  test.each(['the same process', 'another process'])('of %s ends the run', async (which) => {
    const run = request({ ...hostile, limits: {} }, { how: 'waits' })
    const by = which === 'the same process' ? executor : another()
    const events: RunEvent[] = []
    for await (const event of executor.execute(run)) {
      events.push(event)
      if (event.type !== 'output') continue
      const [record] = await recordsOf(run)
      await by.cancel(run.caller, record?.id ?? '')
    }
    expect(events.map(({ type }) => type)).toEqual(['started', 'output', 'cancelled'])
    expect(await recordsOf(run)).toMatchObject([{ state: 'cancelled' }])
    expect((await list(host.runtime.ports, run.caller, { limit: 9 })).files).toEqual([])
    expect(await host.left()).toEqual([])
  })

  test('of a foreign run, or one of another session, changes nothing', async () => {
    const run = request(echo, { text: 'a' }, { sessionId: parseSessionId('s1') })
    const events = executor.execute(run)
    await events.next()
    const [record] = await recordsOf(run)
    const foreign = [{ workspaceId: 'another' }, { ...run.caller, session: parseSessionId('s2') }]
    for (const caller of foreign) {
      expect(await executor.cancel(caller, record?.id ?? '')).toBeUndefined()
    }
    let last: RunEvent | undefined
    for await (const event of events) last = event
    expect(last?.type).toBe('completed')
  })
})

test('a caller that is bound to a session runs in it only', async () => {
  const caller = { workspaceId: randomUUID(), session: parseSessionId('s1') }
  const run = request(echo, { text: 'a' }, { caller })
  await eventsOf(run)
  expect(await recordsOf(run)).toMatchObject([{ session: 's1' }])
  const other = eventsOf({ ...run, sessionId: parseSessionId('s2') })
  await expect(other).rejects.toMatchObject({ code: 'forbidden' })
})

test('a sweep ends abandoned records and removes stale directories, and keeps active ones', async () => {
  const { runs } = host.runtime.ports
  const before = request(echo, { text: 'a' })
  await eventsOf(before)
  const [record] = await recordsOf(before)
  if (!record) throw new Error('No record')
  const crashed = { ...record, id: randomUUID(), state: 'running' as const, endedAt: null }
  await runs.begin({ ...crashed, leaseUntil: new Date(Date.now() - 1).toISOString() })
  await runs.append(crashed, { name: 'text', value: 'a' }, 7)

  const root = join(host.temporaryDirectory, 'exec_file')
  const stale = join(root, `run.${crashed.id}`)
  await mkdir(stale)
  const old = new Date(Date.now() - 61_000)
  await utimes(stale, old, old)
  const stalled = request(echo, { text: 'a' })
  const active = executor.execute(stalled)
  await active.next()
  await active.next()
  expect(await readdir(root)).toHaveLength(3)
  // As after a stop of this process for longer than a lease.
  const [own] = (await runs.list({ ...stalled.caller, limit: 1 })).runs
  if (!own) throw new Error('No record')
  await runs.renew(own, new Date(Date.now() - 1).toISOString())
  await utimes(join(root, `run.${own.id}`), old, old)

  await executor.sweep()
  expect(await runs.get(crashed)).toMatchObject({
    run: { state: 'failed', cost: 7, error: { code: 'interrupted' } },
    outputs: [{ value: 'a' }],
  })
  expect(await host.left()).toHaveLength(1)
  expect(await runs.get(own)).toMatchObject({ run: { state: 'running' } })
  await active.return()
  expect(await host.left()).toEqual([])
})

test('a run that outlasts its lease renews it', async () => {
  const run = request({ ...hostile, limits: { seconds: 1 } }, { how: 'waits' })
  const leases = new Set<string>()
  for await (const event of executor.execute(run)) {
    if (event.type === 'output') {
      for (let i = 0; i < 3; i++) {
        leases.add((await recordsOf(run))[0]?.leaseUntil ?? '')
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }
  expect(leases.size).toBeGreaterThan(1)
})

test('no renewal of these tests failed', () => {
  expect(errors).toEqual([])
})
