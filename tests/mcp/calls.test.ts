import { describe, expect, test } from 'vitest'
import { openCalls } from '../../shared/mcp/calls.ts'

const signal = new AbortController().signal

describe('calls of agents', () => {
  test('run 8 at once for each workspace, and the others afterwards', async () => {
    const calls = openCalls(10_000)
    const running = { ann: 0, bob: 0 }
    let most = 0
    const gate = Promise.withResolvers<void>()
    const call = (user: 'ann' | 'bob') =>
      calls.run(user, signal, async () => {
        running[user]++
        most = Math.max(most, running.ann)
        await gate.promise
        running[user]--
        return user
      })
    const all = [...Array.from({ length: 20 }, () => call('ann')), call('bob')]
    await expect.poll(() => running).toEqual({ ann: 8, bob: 1 })
    gate.resolve()
    expect((await Promise.all(all)).length).toBe(21)
    expect(most).toBe(8)
  })

  test('are refused if 64 already wait', async () => {
    const calls = openCalls(10_000)
    const gate = Promise.withResolvers<void>()
    const call = () => calls.run('ann', signal, () => gate.promise)
    const accepted = Array.from({ length: 72 }, call)
    await expect(call()).rejects.toMatchObject({ code: 'too-many-requests', retryAfterSeconds: 5 })
    gate.resolve()
    await Promise.all(accepted)
    await call()
  })

  test('end in time, even if the work does not', async () => {
    const calls = openCalls(50)
    let seen: AbortSignal | undefined
    const stuck = calls.run('ann', signal, (ends) => {
      seen = ends
      return new Promise(() => undefined)
    })
    await expect(stuck).rejects.toMatchObject({ code: 'timeout' })
    expect(seen?.aborted).toBe(true)
  })

  test('that wait for too long do not run', async () => {
    const calls = openCalls(50)
    const gate = Promise.withResolvers<void>()
    const first = Array.from({ length: 8 }, () => calls.run('ann', signal, () => gate.promise))
    let hasRun = false
    const late = calls.run('ann', signal, async () => {
      hasRun = true
    })
    const settled = Promise.allSettled([...first, late])
    await expect(late).rejects.toMatchObject({ code: 'timeout' })
    gate.resolve()
    await settled
    expect(hasRun).toBe(false)
  })

  test('end with the reason of the caller who hangs up', async () => {
    const caller = new AbortController()
    const call = openCalls(10_000).run('ann', caller.signal, () => new Promise(() => undefined))
    caller.abort(new Error('gone'))
    await expect(call).rejects.toThrow('gone')
  })
})
