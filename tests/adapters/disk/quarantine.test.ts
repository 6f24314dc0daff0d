import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DiskQuarantine } from '../../../shared/adapters/disk/quarantine.ts'
import { openDiskStore, temporaryDirectory } from '../../support/disk-store.ts'
import { bodyOf } from '../../ports/blob-store/world.ts'
import {
  describeQuarantine,
  noteOf,
  retentionDays,
  type OpenedQuarantine,
} from '../../ports/quarantine.ts'

async function open(): Promise<OpenedQuarantine & { directory: string }> {
  await using opened = new AsyncDisposableStack()
  const root = opened.use(await temporaryDirectory())
  const blobs = opened.use(await openDiskStore(join(root.path, 'store')))
  const directory = join(root.path, 'quarantine')
  let passed = 0
  const quarantine = await DiskQuarantine.open({
    directory,
    blobs: blobs.store,
    includesUploads: true,
    retentionDays,
    now: () => new Date(Date.now() + passed),
  })
  const resources = opened.move()
  return {
    quarantine,
    blobs,
    directory,
    pass: (milliseconds) => void (passed += milliseconds),
    kept: async () =>
      Promise.all(
        (await readdir(join(directory, 'kept'))).map(async (name) => ({
          bytes: await readFile(join(directory, 'kept', name, 'bytes.quarantined'), 'utf8'),
          note: await readFile(join(directory, 'kept', name, 'note.json'), 'utf8'),
        })),
      ),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

describeQuarantine('disk', open)

test('DiskQuarantine keeps files with mode 0600 in a directory with mode 0700', async () => {
  await using world = await open()
  const note = noteOf('Win.Test')
  const { fileId } = note
  const storagePath = world.blobs.store.locate('user-1', fileId, 'virus.exe')
  const options = { contentType: 'text/plain', maxBytes: 100 }
  const blob = await world.blobs.store.write(storagePath, bodyOf('infected'), options)
  await world.quarantine.keep(blob, note)
  const place = join(world.directory, 'kept', `${fileId}-${blob.generation}`)
  expect((await readdir(place)).sort()).toEqual(['bytes.quarantined', 'note.json'])
  for (const name of await readdir(place)) {
    expect((await stat(join(place, name))).mode & 0o777).toBe(0o600)
  }
  expect((await stat(place)).mode & 0o777).toBe(0o700)
})

test('DiskQuarantine removes expired files and then reports unreadable notes', async () => {
  await using world = await open()
  const edited = join(world.directory, 'kept', '0-edited')
  await mkdir(edited)
  await writeFile(join(edited, 'note.json'), '{"quarantinedAt":')
  const note = noteOf('Win.Test')
  const storagePath = world.blobs.store.locate('user-1', note.fileId, 'virus.exe')
  const options = { contentType: 'text/plain', maxBytes: 100 }
  const blob = await world.blobs.store.write(storagePath, bodyOf('infected'), options)
  await world.quarantine.keep(blob, note)
  world.pass((retentionDays + 1) * 24 * 3600 * 1000)
  await expect(world.quarantine.removeExpired()).rejects.toThrow(join('0-edited', 'note.json'))
  expect(await readdir(join(world.directory, 'kept'))).toEqual(['0-edited'])
})
