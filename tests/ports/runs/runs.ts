import { describe, expect, test } from 'vitest'
import { leaseFrom, purgeAtOf, type Run, type RunEnd } from '../../../shared/model/runs/run.ts'
import { parseSessionId } from '../../../shared/model/path.ts'
import type { SessionId } from '../../../shared/model/ids.ts'
import type { RunPosition } from '../../../shared/ports/runs.ts'
import { newId, user, World, type Begin, type OpenCatalog } from '../catalog/world.ts'
import { runOf } from './run.ts'

const minuteMs = 60_000
const completed: RunEnd = { state: 'completed', cost: 3, error: null }
const output = (value: string) => ({ name: 'text', value })

async function all(world: World, limit: number, session?: SessionId): Promise<Run[]> {
  const runs: Run[] = []
  let after: RunPosition | undefined
  do {
    const page = await world.runs.list({ workspaceId: user, session, limit, after })
    expect(page.runs.length).toBeLessThanOrEqual(limit)
    runs.push(...page.runs)
    after = page.next
  } while (after)
  return runs
}

/** The contract of `Runs`, for every adapter: one test for each sentence of the port. */
export function describeRuns(name: string, open: OpenCatalog): void {
  const begin: Begin = (quotaBytes = 100_000) => World.open(open, quotaBytes)
  describe(`Runs: ${name}`, () => {
    describeBegin(begin)
    describeOutputs(begin)
    describeEnds(begin)
    describeLists(begin)
  })
}

function describeBegin(begin: Begin): void {
  test('begin stores a run, unless one with its id exists', async () => {
    await using world = await begin()
    const run = runOf(world)
    expect(await world.runs.begin(run)).toEqual({ run, isNew: true })
    world.advance(5)
    const again = runOf(world, { inputDigest: 'other' })
    expect(await world.runs.begin(again)).toEqual({ run, isNew: false })
    expect(await world.runs.get(run)).toEqual({ run, outputs: [] })
  })

  test('begin keeps a run with its id in another session', async () => {
    await using world = await begin()
    const run = runOf(world)
    await world.runs.begin(run)
    await world.runs.append(run, output('a'), 1)
    const inSession = runOf(world, { session: parseSessionId('s1'), inputDigest: 'other' })
    const kept = { ...run, cost: 1 }
    expect(await world.runs.begin(inSession)).toEqual({ run: kept, isNew: false })
    expect(await world.runs.get(run)).toEqual({ run: kept, outputs: [output('a')] })
  })

  test('of concurrent begins with one id exactly one stores its run', async () => {
    await using world = await begin()
    const runs = Array.from({ length: 20 }, (_, i) => runOf(world, { inputDigest: `${i}` }))
    const begun = await Promise.all(runs.map((run) => world.runs.begin(run)))
    expect(begun.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(new Set(begun.map(({ run }) => run.inputDigest)).size).toBe(1)
  })

  test('begin stores a run over a purged one with its id, without its outputs', async () => {
    await using world = await begin()
    const old = runOf(world)
    await world.runs.begin(old)
    await world.runs.append(old, output('a'), 1)
    world.advance(purgeAtOf(old).getTime() - world.now.getTime())
    expect(await world.runs.get(old)).toBeUndefined()
    const run = runOf(world)
    expect(await world.runs.begin(run)).toEqual({ run, isNew: true })
    expect(await world.runs.get(run)).toEqual({ run, outputs: [] })
  })
}

function describeOutputs(begin: Begin): void {
  test('append adds outputs in order and sets the cost, while the run is running', async () => {
    await using world = await begin()
    const run = runOf(world)
    await world.runs.begin(run)
    const outputs = Array.from({ length: 12 }, (_, i) => output(`${i}`))
    for (const [i, each] of outputs.entries()) {
      expect(await world.runs.append(run, each, i)).toBe(true)
    }
    expect(await world.runs.get(run)).toEqual({ run: { ...run, cost: 11 }, outputs })
    await world.runs.end(run, completed)
    expect(await world.runs.append(run, output('late'), 99)).toBe(false)
    expect(await world.runs.get(run)).toMatchObject({ run: { cost: 3 }, outputs })
  })

  test('append keeps any value of JSON', async () => {
    await using world = await begin()
    const run = runOf(world)
    await world.runs.begin(run)
    const value = { 'a.b': [null, true, 1.5, 'ü'], '': {} }
    await world.runs.append(run, { name: 'any', value }, 0)
    expect((await world.runs.get(run))?.outputs).toEqual([{ name: 'any', value }])
  })
}

function describeEnds(begin: Begin): void {
  test('end ends a running run once', async () => {
    await using world = await begin()
    const run = runOf(world)
    await world.runs.begin(run)
    world.advance(5)
    const ended = { ...run, state: 'completed', cost: 3, endedAt: world.now.toISOString() }
    expect(await world.runs.end(run, completed)).toEqual(ended)
    world.advance(5)
    const error = { code: 'internal', detail: '' }
    expect(await world.runs.end(run, { state: 'failed', cost: 9, error })).toEqual(ended)
    expect(await world.runs.get(run)).toEqual({ run: ended, outputs: [] })
  })

  test('of concurrent ends one takes effect', async () => {
    await using world = await begin()
    const run = runOf(world)
    await world.runs.begin(run)
    const costs = [1, 2, 3, 4, 5]
    const ends = await Promise.all(costs.map((cost) => world.runs.end(run, { ...completed, cost })))
    expect(new Set(ends.map((end) => end?.cost)).size).toBe(1)
  })

  test('a failed run keeps its outputs, and a cancelled one loses them', async () => {
    await using world = await begin()
    for (const state of ['failed', 'cancelled'] as const) {
      const run = runOf(world, { id: newId() })
      await world.runs.begin(run)
      await world.runs.append(run, output('a'), 1)
      await world.runs.end(run, { state, cost: 1, error: { code: 'timed-out', detail: 'd' } })
      const outputs = state === 'failed' ? [output('a')] : []
      expect(await world.runs.get(run)).toMatchObject({ run: { state, cost: 1 }, outputs })
    }
  })

  test('requestCancel marks a running run, and does not change one that has ended', async () => {
    await using world = await begin()
    const run = runOf(world)
    await world.runs.begin(run)
    expect(await world.runs.requestCancel(run)).toEqual({ ...run, isCancelRequested: true })
    const ended = await world.runs.end(run, completed)
    expect(await world.runs.requestCancel(run)).toEqual(ended)
  })

  test('renew sets the lease of a running run', async () => {
    await using world = await begin()
    const run = runOf(world)
    await world.runs.begin(run)
    const leaseUntil = leaseFrom(new Date(world.now.getTime() + minuteMs))
    expect(await world.runs.renew(run, leaseUntil)).toEqual({ ...run, leaseUntil })
    const ended = await world.runs.end(run, completed)
    expect(await world.runs.renew(run, leaseFrom(world.now))).toEqual(ended)
  })

  test('a run of another workspace or session, and an unknown one, do not exist', async () => {
    await using world = await begin()
    const run = runOf(world, { session: parseSessionId('s1') })
    await world.runs.begin(run)
    const keys = [
      { ...run, workspaceId: 'another' },
      { ...run, session: parseSessionId('s2') },
      { ...run, id: newId() },
    ]
    for (const key of keys) {
      expect(await world.runs.get(key)).toBeUndefined()
      expect(await world.runs.append(key, output('a'), 1)).toBe(false)
      expect(await world.runs.renew(key, run.leaseUntil)).toBeUndefined()
      expect(await world.runs.end(key, completed)).toBeUndefined()
      expect(await world.runs.requestCancel(key)).toBeUndefined()
    }
    expect(await world.runs.get(run)).toEqual({ run, outputs: [] })
  })
}

function describeLists(begin: Begin): void {
  test('list resolves to the runs of a workspace in pages, the last begun first', async () => {
    await using world = await begin()
    const add = async (changed: Partial<Run> = {}) => {
      const run = runOf(world, { id: newId(), ...changed })
      await world.runs.begin(run)
      return run
    }
    const first = await add()
    world.advance(1)
    const same = [await add(), await add(), await add()]
    await add({ workspaceId: `${user}0` })
    world.advance(1)
    const session = parseSessionId('s1')
    const last = await add({ session })
    await add({ workspaceId: 'user', session })
    const expected = [last, ...same.toSorted((a, b) => (a.id < b.id ? 1 : -1)), first]
    for (const limit of [1, 2, 3, 5, 6]) expect(await all(world, limit)).toEqual(expected)
    for (const limit of [1, 9]) expect(await all(world, limit, session)).toEqual([last])
  })

  test('list excludes purged runs', async () => {
    await using world = await begin()
    const purged = runOf(world)
    await world.runs.begin(purged)
    world.advance(1000)
    const kept = runOf(world, { id: newId() })
    await world.runs.begin(kept)
    world.advance(purgeAtOf(purged).getTime() - world.now.getTime())
    expect(await all(world, 9)).toEqual([kept])
  })

  test('listAbandoned resolves to running runs whose lease has ended, the earliest first', async () => {
    await using world = await begin()
    const runs = []
    for (const workspaceId of [user, 'another', user]) {
      const run = runOf(world, { id: newId(), workspaceId })
      await world.runs.begin(run)
      runs.push(run)
      world.advance(1)
    }
    const [first, second, third] = runs as [Run, Run, Run]
    world.advance(minuteMs - 4)
    expect(await world.runs.listAbandoned(9)).toEqual([])
    world.advance(3)
    expect(await world.runs.listAbandoned(9)).toEqual(runs)
    expect(await world.runs.listAbandoned(2)).toEqual([first, second])
    await world.runs.end(first, completed)
    await world.runs.renew(second, leaseFrom(world.now))
    expect(await world.runs.listAbandoned(9)).toEqual([third])
  })
}
