import { describe, expect, it } from 'vitest'
import { DirectoryLock } from '../../../shared/adapters/sqlite/directory-lock.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'

const now = () => new Date()

/** What a process that dies leaves is tests/crash/two-processes.test.ts. */
describe('a presence in a directory', () => {
  it('knows since when nobody else was there; others know that somebody is', async () => {
    await using directory = await temporaryDirectory()
    const before = now()
    using first = await DirectoryLock.open({ directory: directory.path, now })
    expect(first.exclusiveSince?.getTime()).toBeGreaterThanOrEqual(before.getTime())
    using second = await DirectoryLock.open({ directory: directory.path, now })
    using third = await DirectoryLock.open({ directory: directory.path, now })
    expect([second.exclusiveSince, third.exclusiveSince]).toEqual([undefined, undefined])
  })

  it('ends with its disposal', async () => {
    await using directory = await temporaryDirectory()
    for (let i = 0; i < 3; i++) {
      using presence = await DirectoryLock.open({ directory: directory.path, now })
      expect(presence.exclusiveSince).toBeDefined()
    }
  })

  it('of many that come at once, who was alone was so before any of them was there', async () => {
    await using directory = await temporaryDirectory()
    const all = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const presence = await DirectoryLock.open({ directory: directory.path, now })
        return { presence, thereAt: now() }
      }),
    )
    const firstThere = Math.min(...all.map(({ thereAt }) => thereAt.getTime()))
    for (const { presence } of all) {
      expect(presence.exclusiveSince?.getTime() ?? 0).toBeLessThanOrEqual(firstThere)
      presence[Symbol.dispose]()
    }
  })
})
