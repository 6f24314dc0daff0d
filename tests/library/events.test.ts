import { describe, expect, test } from 'vitest'
import { openWorkspace } from '../../library/index.ts'
import { useWorkspace } from './library-world.ts'

const { world, newUser } = useWorkspace()

describe('events of an opened workspace', () => {
  test('are paged by number', async () => {
    const user = newUser()
    await user.write('/a.txt', 'a')
    await user.update('/a.txt', { name: 'b.txt' })
    const { latest } = await user.events()
    expect(latest).toBe(3)
    const { events, next } = await user.events({ after: 1, limit: 1 })
    expect(events).toMatchObject([{ sequence: 2, type: 'ready', path: '/a.txt' }])
    expect((await user.events({ after: next })).events).toMatchObject([
      { sequence: 3, type: 'moved', path: '/b.txt', from: '/a.txt' },
    ])
    await expect(user.events({ after: 4 })).rejects.toMatchObject({ code: 'events-expired' })
  })

  test('are followed as they happen, also those of another handle', async () => {
    await using other = await openWorkspace({ env: world().env })
    const user = newUser()
    await user.write('/a.txt', 'a')
    const seen: unknown[] = []
    const followed = (async () => {
      for await (const { sequence, type } of user.follow({ after: 1 })) {
        seen.push([sequence, type])
        if (seen.length === 3) break
      }
    })()
    await other.forUser(user.userId).write('/b.txt', 'b')
    await followed
    expect(seen).toEqual([
      [2, 'ready'],
      [3, 'created'],
      [4, 'ready'],
    ])
  })

  test("reject with the signal's reason", async () => {
    const controller = new AbortController()
    const waiting = newUser().follow({ signal: controller.signal }).next()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
  })

  test.each([{ after: -1 }, { after: 1.5 }, { limit: 0 }, { limit: 1001 }, { since: 1 }])(
    'reject %j as an invalid request',
    async (options) => {
      await expect(newUser().events(options as object)).rejects.toMatchObject({
        code: 'invalid-request',
      })
    },
  )
})
