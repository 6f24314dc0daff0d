import { describe, expect, test } from 'vitest'
import { newId, user, type Begin } from './world.ts'

export function describeAwaiting(begin: Begin): void {
  describe('awaitSettled and refusal', () => {
    const never = new AbortController().signal

    test('resolves immediately for a settled and for an unknown file', async () => {
      await using world = await begin()
      const file = await world.upload('/a')
      await expect(world.catalog.awaitSettled(user, file.id, never)).resolves.toBeUndefined()
      await expect(world.catalog.awaitSettled(user, newId(), never)).resolves.toBeUndefined()
    })

    test.each([
      ['settled', 'settle'],
      ['removed', 'remove'],
      ['purged', 'purge'],
      ['expired', 'expire'],
    ] as const)('resolves once the file is %s', async (_, how) => {
      await using world = await begin()
      const file = await world.reserve('/a', { expiresAt: world.now })
      let isOver = false
      const waiting = world.catalog.awaitSettled(user, file.id, never).then(() => (isOver = true))
      await world.reserve('/other')
      expect(isOver).toBe(false)
      world.advance(1)
      if (how === 'settle') await world.settle(file)
      else await world.catalog[how](user, file.id)
      await waiting
    })

    test("rejects with the signal's reason when aborted", async () => {
      await using world = await begin()
      const file = await world.reserve('/a')
      const controller = new AbortController()
      const waiting = world.catalog.awaitSettled(user, file.id, controller.signal)
      const reason = new Error('enough')
      controller.abort(reason)
      await expect(waiting).rejects.toBe(reason)
    })

    test('keeps a refusal for at least an hour', async () => {
      await using world = await begin()
      const file = await world.reserve('/a')
      await world.catalog.remove(user, file.id)
      world.advance(60 * 60 * 1000)
      const other = await world.reserve('/a')
      expect(await world.catalog.refusal(user, other.id)).toBeUndefined()
      await world.catalog.remove(user, other.id)
      expect(await world.catalog.refusal(user, file.id)).toBe('gone')
      expect(await world.catalog.refusal('user-2', file.id)).toBeUndefined()
      expect(await world.catalog.refusal(user, newId())).toBeUndefined()
    })
  })
}
