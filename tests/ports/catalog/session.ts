import { describe, expect, test } from 'vitest'
import { parseSessionId } from '../../../shared/model/path.ts'
import { maxPurgedAtOnce, maxRemovedAtOnce } from '../../../shared/ports/catalog.ts'
import { infected, user, type Begin } from './world.ts'

const session = parseSessionId('s1')
const keep = { purge: false }

export function describeSession(begin: Begin): void {
  describe('removeSession', () => {
    test('removes the files of one session as remove does', async () => {
      await using world = await begin()
      const ready = await world.upload('/sessions/s1/ready')
      const pending = await world.reserve('/sessions/s1/pending')
      const sick = await world.reserve('/sessions/s1/sick')
      await world.settle(sick, { scan: infected })
      const others = [await world.upload('/sessions/s2/a'), await world.upload('/a')]
      const removal = await world.catalog.removeSession(user, session, keep)
      expect(removal).toEqual({ removedCount: 3, purged: [pending] })
      expect(await world.get(ready)).toMatchObject({ isDeleted: true, supersededBy: null })
      expect(await world.get(sick)).toMatchObject({ isDeleted: true })
      expect(await world.catalog.refusal(user, pending.id)).toEqual({ code: 'gone' })
      for (const file of others) expect(await world.get(file)).toEqual(file)
      const none = { removedCount: 0, purged: [] }
      expect(await world.catalog.removeSession(user, session, keep)).toEqual(none)
      await world.upload('/sessions/s1/ready')
    })

    test('with purge, purges every file of the session, in the trash or not', async () => {
      await using world = await begin()
      const deleted = await world.upload('/sessions/s1/a')
      await world.catalog.remove(user, deleted.id)
      const ready = await world.upload('/sessions/s1/a')
      const removal = await world.catalog.removeSession(user, session, { purge: true })
      expect(removal.purged.map(({ id }) => id)).toEqual([ready.id, deleted.id])
      expect(await world.get(deleted)).toBeUndefined()
      expect(await world.recordCounters()).toMatchObject({ recordCount: 0, trashCount: 0 })
    })

    test('removes at most maxRemovedAtOnce files, in the order of their reservation', async () => {
      await using world = await begin(1000)
      const files = []
      for (let i = 0; i < maxRemovedAtOnce + 1; i += 1) {
        files.push(await world.upload(`/sessions/s1/${i}`, { maxBytes: 1 }))
      }
      const first = await world.catalog.removeSession(user, session, keep)
      expect(first.removedCount).toBe(maxRemovedAtOnce)
      const left = await world.list({ prefix: '/sessions/s1/' })
      expect(left.files.map(({ id }) => id)).toEqual([files.at(-1)?.id])
      const second = await world.catalog.removeSession(user, session, keep)
      expect(second.removedCount).toBe(1)
    })

    test('a change purges at most maxPurgedAtOnce files of the trash, and trimTrash the rest', async () => {
      await using world = await begin(200)
      for (let i = 0; i < maxPurgedAtOnce + 20; i += 1) {
        const file = await world.upload(`/${i}`, { maxBytes: 1 })
        await world.catalog.remove(user, file.id)
      }
      const large = await world.upload('/large', { maxBytes: 195 })
      world.advance(1)
      const removal = await world.catalog.remove(user, large.id)
      expect(removal?.purged).toHaveLength(maxPurgedAtOnce)
      expect(await world.catalog.trimTrash(user)).toHaveLength(15)
      expect((await world.counters()).trashBytes).toBe(200)
    })
  })
}
