import { mkdir, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { openLocalStorage } from '../../../shared/runtime/local-storage.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'
import { newId } from '../../ports/blob-store/world.ts'

const options = { contentType: 'text/plain', maxBytes: 100 }
const expiresAt = new Date(Date.now() + 3600_000)
const signing = { contentType: 'text/plain', contentDisposition: 'inline', expiresAt }

/** The stores of a directory, and the bad files that they report. */
async function openStores(directory: string, now = () => new Date()) {
  const reports: string[] = []
  const log = (message: string) => void reports.push(message)
  const storage = await openLocalStorage({ directory, quotaBytes: 1000, now, log })
  return Object.assign(storage, { reports })
}

/** A directory with one open upload. `session` is the path of its `session.json`. */
async function withSession() {
  const directory = await temporaryDirectory()
  await using storage = await openStores(directory.path)
  const place = storage.blobs.locate('user', newId(), 'a.txt')
  const { uploadId } = await storage.blobs.openUpload(place, {
    ...options,
    sizeBytes: 3,
    expiresAt,
  })
  const path = join(directory.path, 'uploads', uploadId, 'session.json')
  return Object.assign(directory, { uploadId, session: path })
}

const days = (count: number) => new Date(Date.now() - count * 24 * 3600_000)
const chunk = () => ({ body: Readable.from([Buffer.from('abc')]), firstByte: 0, sizeBytes: 3 })

describe('an unreadable session of an upload', () => {
  const damages: [string, (path: string) => Promise<unknown>][] = [
    ['emptied', (path) => truncate(path)],
    ['cut off', (path) => writeFile(path, '{"storagePath":"loc')],
    ['of a newer version', (path) => writeFile(path, '{"version":2}')],
    [
      'a directory',
      async (path) => {
        await rm(path)
        await mkdir(path)
      },
    ],
  ]

  test.each(damages)('is reported with its path and skipped (%s)', async (_, damage) => {
    await using directory = await withSession()
    await damage(directory.session)
    await using storage = await openStores(directory.path)
    expect(storage.reports).toEqual([expect.stringContaining(directory.session)])
    const { blobs } = storage
    await expect(blobs.append(directory.uploadId, chunk())).rejects.toMatchObject({
      code: 'not-found',
    })
    await blobs.removeStale()
    expect(storage.reports).toHaveLength(1)
    expect(await readdir(join(directory.path, 'uploads'))).toEqual([directory.uploadId])
  })

  test('is deleted after the longest time that a session can be open', async () => {
    await using directory = await withSession()
    await truncate(directory.session)
    await utimes(directory.session, days(7), days(7))
    await using storage = await openStores(directory.path)
    expect(await readdir(join(directory.path, 'uploads'))).toHaveLength(1)
    await utimes(directory.session, days(9), days(9))
    await storage.blobs.removeStale()
    expect(await readdir(join(directory.path, 'uploads'))).toEqual([])
  })

  test('does not affect other sessions', async () => {
    await using directory = await withSession()
    await using storage = await openStores(directory.path)
    const place = storage.blobs.locate('user', newId(), 'b.txt')
    const open = { ...options, sizeBytes: 3, expiresAt }
    const { uploadId } = await storage.blobs.openUpload(place, open)
    await truncate(directory.session)
    await storage.blobs.removeStale()
    expect(await storage.blobs.append(uploadId, chunk())).toMatchObject({ isComplete: true })
  })
})

test.each([0, 31])(
  'openLocalStorage reports a signing key of %d bytes and uses another one',
  async (bytes) => {
    await using directory = await temporaryDirectory()
    await (await openStores(directory.path))[Symbol.asyncDispose]()
    const path = join(directory.path, 'secret', 'signing-key')
    await truncate(path, bytes)
    const signed = async (storage: Awaited<ReturnType<typeof openStores>>) => {
      const place = storage.blobs.locate('user', newId(), 'a.txt')
      return storage.blobs.signUrl({ storagePath: place, generation: '1' }, signing)
    }
    await using first = await openStores(directory.path)
    expect(first.reports).toEqual([expect.stringContaining(path)])
    await using second = await openStores(directory.path)
    const url = await signed(first)
    expect(second.blobs.verifySignedUrl(url).generation).toBe('1')
  },
)

test('readDerived reports a file that is empty or unreadable, and writeDerived replaces it', async () => {
  await using directory = await temporaryDirectory()
  await using storage = await openStores(directory.path)
  const { blobs } = storage
  const place = blobs.locate('user', newId(), 'a.txt')
  // The derived files of a smaller blob are rows of the database.
  const body = Readable.from([Buffer.alloc(100_000)])
  const blob = await blobs.write(place, body, { ...options, maxBytes: 100_000 })
  await blobs.writeDerived(blob, 'preview', Buffer.from('made'))
  const name = (await readdir(directory.path, { recursive: true })).find((path) =>
    path.endsWith('+preview'),
  )
  const path = join(directory.path, name ?? '')
  await truncate(path)
  expect(await blobs.readDerived(blob, 'preview')).toBeUndefined()
  await blobs.writeDerived(blob, 'preview', Buffer.from('made'))
  expect((await blobs.readDerived(blob, 'preview'))?.toString()).toBe('made')
  await rm(path)
  await mkdir(path)
  expect(await blobs.readDerived(blob, 'preview')).toBeUndefined()
  expect(storage.reports).toEqual([expect.stringContaining(path)])
})

test('the stores ignore files that they have not written', async () => {
  await using directory = await temporaryDirectory()
  await (await openStores(directory.path))[Symbol.asyncDispose]()
  for (const place of ['', 'blobs', 'uploads', 'tmp', 'quarantine/kept', 'quarantine/tmp']) {
    await writeFile(join(directory.path, place, '.DS_Store'), 'stray')
    await mkdir(join(directory.path, place, 'lost+found'))
    await writeFile(join(directory.path, place, 'lost+found', 'stray'), '')
  }
  await writeFile(join(directory.path, 'uploads', 'a'.repeat(64)), 'stray')
  await using storage = await openStores(directory.path)
  await storage.blobs.removeStale()
  expect(await storage.blobs.list({ limit: 10 })).toEqual({ blobs: [] })
  expect(await storage.quarantine.removeExpired()).toBe(0)
  expect(await storage.blobs.check()).toBe('disk')
})
