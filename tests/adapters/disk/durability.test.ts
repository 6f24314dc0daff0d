import fs, { existsSync, readlinkSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join, relative } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryDirectory } from '../../support/disk-store.ts'
import { bodyOf, newId } from '../../ports/blob-store/world.ts'

/** Records each completed `fsync`: the path of the file descriptor below `root`, and whether `visible` existed. */
function recordSyncs(root: string, visible: () => string): string[] {
  const syncs: string[] = []
  const original = fs.fsync
  vi.spyOn(fs, 'fsync').mockImplementation((fd, done) =>
    original(fd, (error) => {
      const path = relative(root, readlinkSync(`/proc/self/fd/${fd}`))
      syncs.push(`${path} ${existsSync(visible()) ? 'after' : 'before'}`)
      done(error)
    }),
  )
  syncBuiltinESMExports()
  // The modules of the store read `fsync` when they are loaded.
  vi.resetModules()
  onTestFinished(() => {
    vi.restoreAllMocks()
    syncBuiltinESMExports()
  })
  return syncs
}

test.runIf(existsSync('/proc/self/fd')).each([0, 5, 64 * 1024, 100_000])(
  'write of %i bytes syncs the file and its directories before they are visible, and their entry before it resolves',
  async (size) => {
    await using directory = await temporaryDirectory()
    const id = newId()
    const syncs = recordSyncs(directory.path, () => join(directory.path, 'blobs', 'user-1', id))
    const { openDiskStore } = await import('../../support/disk-store.ts')
    await using opened = await openDiskStore(directory.path)
    syncs.length = 0
    const { generation } = await opened.store.write(
      opened.store.locate('user-1', id, 'a.txt'),
      bodyOf('x'.repeat(size)),
      { contentType: 'text/plain', maxBytes: size },
    )
    const [file = ''] = syncs
    const staged = file.split('/').slice(0, 2).join('/')
    expect(staged).toMatch(/^tmp\/[0-9a-f-]+$/)
    expect(syncs).toEqual([
      `${staged}/${generation}/a.txt before`,
      `${staged}/${generation} before`,
      `${staged} before`,
      'blobs before',
      'blobs/user-1 after',
    ])
  },
)
