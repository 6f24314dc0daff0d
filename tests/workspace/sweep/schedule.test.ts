import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepOnSchedule } from '../../../shared/workspace/sweep/schedule.ts'
import { openLocalWorkspace, type LocalWorkspace } from '../local-workspace.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const budgetMs = 60_000

describe('a sweep on a schedule', () => {
  let workspace: LocalWorkspace
  beforeEach(async () => {
    workspace = await openLocalWorkspace()
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  const run = (options: { budgetMs?: number } = {}) =>
    sweepOnSchedule(workspace.ports, {
      pendingAgeSeconds: 0,
      abandonedBefore: new Date(0),
      ...options,
    })
  const uploads = async (amount: number) => {
    const files = []
    for (let i = 0; i < amount; i += 1) files.push(await workspace.upload(`/${i}.txt`, 'hello'))
    workspace.pass(1)
    return files
  }
  /** Makes every scan take the given time. */
  const scanningTakes = (milliseconds: number) => {
    const { scanner } = workspace.ports
    workspace.ports.scanner = {
      version: () => scanner.version(),
      scan: async (body) => {
        const verdict = await scanner.scan(body)
        workspace.pass(milliseconds)
        return verdict
      },
    }
  }

  const due = async () => Object.keys((await run()).phases)

  it('recounts immediately when an earlier version counted last', async () => {
    await run()
    expect(await due()).not.toContain('counters')
    const { catalog, now } = workspace.ports
    const endedAt = now().toISOString()
    await catalog.saveSweepProgress(JSON.stringify({ counters: { endedAt }, missing: { endedAt } }))
    const phases = await due()
    expect(phases).toContain('counters')
    expect(phases).not.toContain('missing')
    expect(await due()).not.toContain('counters')
  })

  it('stops at its deadline and continues there in the next sweep', async () => {
    await uploads(12)
    // 7 phases share the remaining budget. A share of 35 s is enough for two files and leaves the time of the other phases.
    scanningTakes(5000)
    const finished = []
    for (let calls = 0; calls < 12; calls += 1) {
      const report = await run({ budgetMs })
      finished.push(report.finished)
      expect(report.phases.orphans?.outcome ?? 'not due').not.toBe('stopped')
      if (report.complete) break
    }
    expect(finished.length).toBeGreaterThan(2)
    expect(finished.reduce((sum, count) => sum + count, 0)).toBe(12)
    expect(await run({ budgetMs })).toMatchObject({ complete: true, finished: 0 })
  })

  it('passes files that fail every time', async () => {
    const files = await uploads(6)
    const { scanner } = workspace.ports
    let scans = 0
    workspace.ports.scanner = {
      version: () => scanner.version(),
      scan: async () => {
        scans += 1
        workspace.pass(20_000)
        throw new Error('clamd takes its time, and then hangs up')
      },
    }
    for (let calls = 0; calls < files.length; calls += 1) await run({ budgetMs })
    expect(scans).toBe(files.length)
  })

  it('continues within a workspace and a listing page by page', async () => {
    const files = await uploads(60)
    await run()
    workspace.pass(8 * dayMs)
    const { blobs } = workspace.ports
    for (const file of files.slice(50)) {
      const blob = await blobs.stat(file.storagePath)
      if (blob) await blobs.remove(blob)
    }
    const check = blobs.check.bind(blobs)
    // Makes a page of files take longer than the budget.
    Object.defineProperty(blobs, 'check', {
      value: async () => {
        workspace.pass(budgetMs)
        return check()
      },
    })
    let missing = 0
    let calls = 0
    for (let complete = false; !complete; calls += 1) {
      const report = await run({ budgetMs })
      missing += report.missing
      complete = report.complete
      expect(calls).toBeLessThan(20)
    }
    expect(missing).toBe(10)
    expect(calls).toBeGreaterThan(3)
  })

  it('examines blobs daily and files weekly', async () => {
    const always = ['pending', 'folders', 'trash', 'rejected']
    expect(await due()).toEqual(
      expect.arrayContaining([...always, 'counters', 'missing', 'orphans', 'events']),
    )
    expect(await due()).toEqual(always)
    workspace.pass(25 * hourMs)
    expect(await due()).toEqual(expect.arrayContaining([...always, 'orphans', 'events']))
    workspace.pass(6 * dayMs)
    expect(await due()).toEqual(expect.arrayContaining(['counters', 'missing']))
  })

  it('starts over when a position or the saved progress is invalid', async () => {
    await uploads(1)
    const { catalog } = workspace.ports
    await catalog.saveSweepProgress('{"pending":{"position":"from another version"}}')
    expect(await run()).toMatchObject({ complete: false, finished: 0, failureCount: 1 })
    expect(await run()).toMatchObject({ complete: true, finished: 1, failureCount: 0 })
    await catalog.saveSweepProgress('not JSON')
    expect(await run()).toMatchObject({ complete: true })
    expect(await run()).toMatchObject({ complete: true })
  })

  it('does nothing twice when two sweeps run concurrently', async () => {
    await uploads(10)
    const [one, other] = await Promise.all([run({ budgetMs }), run({ budgetMs })])
    expect(one.finished + other.finished).toBe(10)
    expect([...one.failures, ...other.failures]).toEqual([])
    expect(await workspace.ports.catalog.usage('ann')).toMatchObject({ liveCount: 10 })
  })
})
