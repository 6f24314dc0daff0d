import { describe, expect, test } from 'vitest'
import { newId, user, type Begin } from './world.ts'

export function describeProgress(begin: Begin): void {
  describe('noteProgress', () => {
    test('stores the received bytes and nothing else', async () => {
      await using world = await begin()
      const file = await world.reserve('/a', { metadata: { kept: true } })
      const counters = await world.counters()
      world.advance(5)
      const after = await world.catalog.noteProgress(user, file.id, 4)
      expect(after).toEqual({
        ...file,
        reservation: { ...file.reservation, receivedBytes: 4 },
        updatedAt: world.now.toISOString(),
      })
      expect(await world.get(file)).toEqual(after)
      expect(await world.counters()).toEqual(counters)
      const { file: ready } = await world.settle(file)
      expect(ready).toMatchObject({ state: 'ready', metadata: { kept: true } })
      expect(ready).not.toHaveProperty('reservation')
    })

    test('a repeated number changes nothing, not even updatedAt', async () => {
      await using world = await begin()
      const file = await world.reserve('/a')
      const noted = await world.catalog.noteProgress(user, file.id, 4)
      world.advance(5)
      expect(await world.catalog.noteProgress(user, file.id, 4)).toEqual(noted)
      expect(await world.get(file)).toEqual(noted)
    })

    test('resolves to undefined for a file that is not pending', async () => {
      await using world = await begin()
      const ready = await world.upload('/a')
      expect(await world.catalog.noteProgress(user, ready.id, 4)).toBeUndefined()
      expect(await world.get(ready)).toEqual(ready)
      expect(await world.catalog.noteProgress(user, newId(), 4)).toBeUndefined()
      const pending = await world.reserve('/b')
      expect(await world.catalog.noteProgress('user-2', pending.id, 4)).toBeUndefined()
      await world.catalog.remove(user, pending.id)
      expect(await world.catalog.noteProgress(user, pending.id, 4)).toBeUndefined()
      expect(await world.get(pending)).toBeUndefined()
    })
  })
}
