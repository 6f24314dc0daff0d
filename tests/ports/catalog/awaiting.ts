import { describe, expect, test } from 'vitest'
import { newId, user, type Begin } from './world.ts'

export function describeAwaiting(begin: Begin): void {
  describe('awaitSettled and refusal', () => {
    const never = new AbortController().signal

    test('resolves immediately to the record of a settled file, and to undefined for an unknown one', async () => {
      await using world = await begin()
      const file = await world.upload('/a', { metadata: { a: [1] } })
      await expect(world.catalog.awaitSettled(user, file.id, never)).resolves.toEqual(file)
      await expect(world.catalog.awaitSettled(user, newId(), never)).resolves.toBeUndefined()
    })

    test.each([
      ['settled', 'settle'],
      ['removed', 'remove'],
      ['purged', 'purge'],
      ['expired', 'expire'],
    ] as const)('resolves once the file is %s, to its record', async (_, how) => {
      await using world = await begin()
      const file = await world.reserve('/a', { expiresAt: world.now })
      let isOver = false
      const waiting = world.catalog
        .awaitSettled(user, file.id, never)
        .finally(() => (isOver = true))
      await world.reserve('/other')
      expect(isOver).toBe(false)
      world.advance(1)
      const settled = how === 'settle' ? (await world.settle(file)).file : undefined
      if (how !== 'settle') await world.catalog[how](user, file.id)
      expect(await waiting).toEqual(settled)
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
      expect(await world.catalog.refusal(user, file.id)).toEqual({ code: 'gone' })
      expect(await world.catalog.refusal('user-2', file.id)).toBeUndefined()
      expect(await world.catalog.refusal(user, newId())).toBeUndefined()
    })
  })
}
