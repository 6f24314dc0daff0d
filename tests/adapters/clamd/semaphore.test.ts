import { describe, expect, test } from 'vitest'
import { Semaphore } from '../../../shared/adapters/clamd/semaphore.ts'
import { fairShare } from '../../../shared/model/fair-share.ts'

/** Requests slots in an order and reports the holders. */
function world(count: number) {
  const slots = new Semaphore(count)
  const entered: string[] = []
  const held = new Map<string, Disposable[]>()
  const enter = async (workspace: string) => {
    const slot = await slots.acquire(undefined, workspace)
    entered.push(workspace)
    held.set(workspace, [...(held.get(workspace) ?? []), slot])
  }
  return {
    entered,
    ask: async (...workspaces: string[]) => {
      for (const workspace of workspaces) {
        void enter(workspace)
      }
      await settled()
    },
    release: async (workspace: string) => {
      held.get(workspace)?.shift()?.[Symbol.dispose]()
      await settled()
      return entered.at(-1)
    },
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('Semaphore', () => {
  test('reserves one of four slots for other workspaces', async () => {
    const { ask, entered } = world(4)
    await ask('ann', 'ann', 'ann', 'ann', 'bob')
    expect(entered).toEqual(['ann', 'ann', 'ann', 'bob'])
  })

  test('gives a free slot to the workspace with the fewest slots', async () => {
    const { ask, release } = world(4)
    await ask('ann', 'ann', 'ann', 'bob', 'ann', 'ann', 'bob', 'cat')
    expect(await release('ann')).toBe('cat')
    expect(await release('ann')).toBe('bob')
    expect(await release('ann')).toBe('ann')
  })

  test('alternates between workspaces with equally many slots', async () => {
    const { ask, entered, release } = world(1)
    await ask('ann', 'ann', 'ann', 'bob', 'bob', 'cat')
    while (await release(entered.at(-1) ?? '')) if (entered.length === 6) break
    expect(entered).toEqual(['ann', 'bob', 'cat', 'ann', 'bob', 'ann'])
  })

  test('gives every slot to scans without a workspace', async () => {
    const { ask, entered } = world(4)
    await ask('', '', '', '', '')
    expect(entered).toHaveLength(4)
  })

  test('skips a caller that aborts while waiting', async () => {
    const slots = new Semaphore(1)
    const first = await slots.acquire(undefined, 'ann')
    const controller = new AbortController()
    const second = slots.acquire(controller.signal, 'ann')
    const third = slots.acquire(undefined, 'bob')
    controller.abort(new Error('given up'))
    await expect(second).rejects.toThrow('given up')
    first[Symbol.dispose]()
    ;(await third)[Symbol.dispose]()
    ;(await slots.acquire(undefined, 'ann'))[Symbol.dispose]()
  })
})

test.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 3],
  [8, 6],
  [64, 48],
])('of %i slots a workspace may hold %i', (slots, share) => {
  expect(fairShare(slots)).toBe(share)
})
