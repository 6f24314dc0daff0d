import { describe, expect, test } from 'vitest'
import { codeOf, user, type Begin } from './world.ts'

const parallel = 50

export function describeConcurrency(begin: Begin): void {
  describe('concurrency', () => {
    test('exactly one of 50 concurrent creates of one path succeeds', async () => {
      await using world = await begin(10_000)
      const codes = await Promise.all(
        Array.from({ length: parallel }, () => codeOf(world.reserve('/a'))),
      )
      expect(codes.filter((code) => code === 'none')).toHaveLength(1)
      expect(codes.filter((code) => code === 'path-taken')).toHaveLength(parallel - 1)
      expect((await world.counters()).reservedBytes).toBe(10)
    })

    test('50 concurrent reserves never exceed the quota', async () => {
      await using world = await begin(100)
      const codes = await Promise.all(
        Array.from({ length: parallel }, (_, i) => codeOf(world.reserve(`/${i}`, { maxBytes: 7 }))),
      )
      expect(codes.filter((code) => code === 'none')).toHaveLength(14)
      expect(codes.filter((code) => code === 'quota-exceeded')).toHaveLength(parallel - 14)
      expect((await world.counters()).reservedBytes).toBe(98)
    })

    test('exactly one of 50 concurrent settles takes effect', async () => {
      await using world = await begin()
      const file = await world.reserve('/a')
      const results = await Promise.all(Array.from({ length: parallel }, () => world.settle(file)))
      expect(results.filter((result) => result.settled)).toHaveLength(1)
      expect(new Set(results.map((result) => result.file?.id))).toEqual(new Set([file.id]))
      expect(await world.counters()).toMatchObject({ liveBytes: 10, liveCount: 1 })
    })

    test('exactly one of 50 concurrent If-Match overwrites replaces the version', async () => {
      await using world = await begin(10_000)
      const owner = await world.upload('/a')
      const match = { onConflict: 'replace' as const, mustReplace: [owner.checksum] }
      const results = await Promise.all(
        Array.from({ length: parallel }, async () =>
          world.settle(await world.reserve('/a', match)),
        ),
      )
      const refused = results.filter((result) => result.refusal === 'precondition-failed')
      expect(refused).toHaveLength(parallel - 1)
      expect(await world.counters()).toMatchObject({
        liveBytes: 10,
        liveCount: 1,
        reservedBytes: 0,
      })
    })

    test('exactly one of concurrent restores and creates owns the path', async () => {
      await using world = await begin(10_000)
      const files = []
      for (let i = 0; i < 10; i++) {
        const file = await world.upload('/a')
        await world.catalog.remove(user, file.id)
        files.push(file)
      }
      const codes = await Promise.all([
        ...files.map((file) => codeOf(world.catalog.restore(user, file.id))),
        codeOf(world.reserve('/a')),
      ])
      expect(codes.filter((code) => code === 'none')).toHaveLength(1)
      expect(codes.filter((code) => code === 'path-taken')).toHaveLength(10)
    })
  })
}
