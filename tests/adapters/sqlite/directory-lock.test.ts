import { describe, expect, it } from 'vitest'
import { DirectoryLock } from '../../../shared/adapters/sqlite/directory-lock.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'

const now = () => new Date()

/** For processes that die, see tests/crash/two-processes.test.ts. */
describe('DirectoryLock', () => {
  it('sets exclusiveSince for the first process only', async () => {
    await using directory = await temporaryDirectory()
    const before = now()
    using first = await DirectoryLock.open({ directory: directory.path, now })
    expect(first.exclusiveSince?.getTime()).toBeGreaterThanOrEqual(before.getTime())
    using second = await DirectoryLock.open({ directory: directory.path, now })
    using third = await DirectoryLock.open({ directory: directory.path, now })
    expect([second.exclusiveSince, third.exclusiveSince]).toEqual([undefined, undefined])
  })

  it('releases the lock on disposal', async () => {
    await using directory = await temporaryDirectory()
    for (let i = 0; i < 3; i++) {
      using lock = await DirectoryLock.open({ directory: directory.path, now })
      expect(lock.exclusiveSince).toBeDefined()
    }
  })

  it('sets exclusiveSince to an instant before any of several concurrent processes held the lock', async () => {
    await using directory = await temporaryDirectory()
    const all = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const lock = await DirectoryLock.open({ directory: directory.path, now })
        return { lock, openedAt: now() }
      }),
    )
    const firstOpenedAt = Math.min(...all.map(({ openedAt }) => openedAt.getTime()))
    for (const { lock } of all) {
      expect(lock.exclusiveSince?.getTime() ?? 0).toBeLessThanOrEqual(firstOpenedAt)
      lock[Symbol.dispose]()
    }
  })
})
