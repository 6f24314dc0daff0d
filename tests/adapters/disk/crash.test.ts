import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { lstat, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { describe, expect, test } from 'vitest'
import { openDiskStore, temporaryDirectory } from '../../support/disk-store.ts'
import { BlobWorld, bodyOf, newId, openBody } from '../../ports/blob-store/world.ts'

const childScript = fileURLToPath(new URL('../../support/disk-child.ts', import.meta.url))
const dayMs = 24 * 3600 * 1000

function startChild(directory: string, task: string, argument = '') {
  const child = spawn(process.execPath, [childScript, directory, task, argument], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  // Ignore write errors after the child has been killed.
  child.stdin.on('error', () => {})
  return {
    input: child.stdin,
    lines: createInterface(child.stdout)[Symbol.asyncIterator](),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function bytesIn(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true }).catch(() => [])
  const files = await Promise.all(names.map((name) => lstat(join(directory, name))))
  return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)
}

describe('DiskBlobStore after kill -9', () => {
  test('does not list an unfinished write, and deletes it after 24 hours', async () => {
    await using directory = await temporaryDirectory()
    await using child = startChild(directory.path, 'write')
    child.input.write(Buffer.alloc(3_000_000))
    const temporaries = join(directory.path, 'tmp')
    await expect.poll(() => bytesIn(temporaries), { timeout: 20_000 }).toBeGreaterThan(1_000_000)
    await child.kill()

    let now = new Date()
    await using opened = await openDiskStore(directory.path, { now: () => now })
    expect(await opened.store.list({ limit: 10 })).toEqual({ blobs: [] })
    expect(await bytesIn(temporaries)).toBeGreaterThan(1_000_000)
    now = new Date(Date.now() + dayMs + 60_000)
    await opened.store.removeStale()
    expect(await readdir(temporaries)).toEqual([])
  })

  test('lets clients finish their uploads, killed at any step', { timeout: 120_000 }, async () => {
    await using directory = await temporaryDirectory()
    for (let round = 1; round <= 12; round++) {
      await using child = startChild(directory.path, 'uploads')
      const { value: line } = (await child.lines.next()) as { value: string }
      const [firstId = '', firstPlace = ''] = line.split(' ')
      for (let others = 0; others < round; others++) await child.lines.next()
      await child.kill()

      await using opened = await openDiskStore(directory.path)
      await using world = await BlobWorld.open(async () => opened)
      expect(await opened.store.status(firstId)).toMatchObject({ isComplete: true })
      expect(await opened.store.stat(firstPlace)).toMatchObject({ sizeBytes: 10 })
      for (const uploadId of await readdir(join(directory.path, 'uploads'))) {
        const body = bodyOf('0123456789')
        const status = await opened.store.append(uploadId, { firstByte: 0, body })
        expect(status).toEqual({ storedBytes: 10, isComplete: true })
      }
      const { blobs } = await opened.store.list({ limit: 10_000 })
      for (const blob of blobs) expect(await world.read(blob)).toBe('0123456789')
    }
  })

  test('finishes an upload when an append is repeated after its last step failed', async () => {
    await using directory = await temporaryDirectory()
    await using opened = await openDiskStore(directory.path)
    await using world = await BlobWorld.open(async () => opened)
    const place = opened.store.locate('user-1', newId(), 'a.txt')
    const { uploadId } = await world.openUpload(place, 5)
    const append = () => opened.store.append(uploadId, { firstByte: 0, body: bodyOf('bytes') })
    const obstacle = join(directory.path, 'blobs', 'user-1')
    await writeFile(obstacle, '')
    await expect(append()).rejects.toThrow(Error)
    await rm(obstacle)
    expect(await append()).toEqual({ storedBytes: 5, isComplete: true })
    expect(await opened.store.stat(place)).toMatchObject({ sizeBytes: 5 })
  })
})

describe('DiskBlobStore', () => {
  test('uses bounded memory for a file of 300 MB', async () => {
    await using directory = await temporaryDirectory()
    await using child = startChild(directory.path, 'memory', '300')
    const { value: grownMiB } = (await child.lines.next()) as { value: string }
    expect(Number(grownMiB)).toBeLessThan(100)
  })

  test('creates directories with mode 0700 and files with mode 0600', async () => {
    await using directory = await temporaryDirectory()
    const root = join(directory.path, 'store')
    await using opened = await openDiskStore(root)
    await using world = await BlobWorld.open(async () => opened)
    const blob = await world.write(world.newPath(), 'bytes')
    await opened.store.copy(blob, world.newPath())
    await world.openUpload(world.newPath(), 5)
    const names = await readdir(root, { recursive: true })
    expect(names.length).toBeGreaterThan(15)
    for (const path of [root, ...names.map((name) => join(root, name))]) {
      const found = await lstat(path)
      expect([path, found.mode & 0o777]).toEqual([path, found.isDirectory() ? 0o700 : 0o600])
    }
  })

  test('uses one signing key for processes that start at the same time', async () => {
    await using directory = await temporaryDirectory()
    await using stack = new AsyncDisposableStack()
    const children = [1, 2, 3, 4].map(() => stack.use(startChild(directory.path, 'sign')))
    const lines = await Promise.all(children.map(({ lines }) => lines.next()))
    await using opened = await openDiskStore(directory.path)
    for (const { value: url } of lines) {
      expect(opened.store.verifySignedUrl(url as string)).toMatchObject({ generation: '1' })
    }
  })

  test('leaves nothing in its temporary directory after failures', async () => {
    await using directory = await temporaryDirectory()
    let fails = false
    const finalized = () => {
      if (fails) throw new Error('the queue is full')
    }
    await using opened = await openDiskStore(directory.path, { finalized })
    await using world = await BlobWorld.open(async () => opened)
    const blob = await world.write(world.newPath(), 'bytes')
    await world.write(blob.storagePath, 'bytes').catch(() => undefined)
    await world.write(world.newPath(), 'bytes', { maxBytes: 1 }).catch(() => undefined)
    await world.write('local://user-1/../../x', 'bytes').catch(() => undefined)
    await opened.store.copy({ ...blob, generation: '1' }, world.newPath()).catch(() => undefined)
    fails = true
    await expect(world.write(world.newPath(), 'bytes')).rejects.toThrow('the queue is full')
    expect(await world.list(10)).toEqual([blob.storagePath])
    expect(await readdir(join(directory.path, 'tmp'))).toEqual([])
  })

  test('does not delete a running write that started more than 24 hours ago', async () => {
    await using directory = await temporaryDirectory()
    await using opened = await openDiskStore(directory.path)
    await using world = await BlobWorld.open(async () => opened)
    // A smaller body stays in memory until it is complete.
    const body = openBody('s'.repeat(100_000))
    const writing = world.write(world.newPath(), body)
    const temporaries = join(directory.path, 'tmp')
    await expect.poll(() => bytesIn(temporaries)).toBe(100_000)
    const longAgo = new Date(Date.now() - 2 * dayMs)
    const [staged = ''] = await readdir(temporaries)
    for (const path of [staged, join(staged, 'incoming')]) {
      await utimes(join(temporaries, path), longAgo, longAgo)
    }
    await opened.store.removeStale()
    body.push(null)
    expect(await writing).toMatchObject({ sizeBytes: 100_000 })
  })

  test('throws from list and check if its directory is missing', async () => {
    await using directory = await temporaryDirectory()
    await using opened = await openDiskStore(directory.path)
    await rm(join(directory.path, 'blobs'), { recursive: true })
    await expect(opened.store.list({ limit: 10 })).rejects.toThrow('ENOENT')
    await expect(opened.store.check()).rejects.toThrow('ENOENT')
  })

  test.each([
    'local://user-1/../../etc/passwd',
    'local://../../../etc/passwd',
    'local://user-1/00000000-0000-4000-8000-000000000000/..',
    'local://user-1/00000000-0000-4000-8000-000000000000/.hidden',
    'local://USER/00000000-0000-4000-8000-000000000000/a.txt',
    'local://x/user-1/00000000-0000-4000-8000-000000000000/a.txt',
    'gcs://bucket/user-1/00000000-0000-4000-8000-000000000000/a.txt',
    '',
  ])('rejects the storage path %j', async (storagePath) => {
    await using directory = await temporaryDirectory()
    await using opened = await openDiskStore(directory.path)
    const { store } = opened
    const blob = { storagePath, generation: '1' }
    const options = { contentType: 'text/plain', maxBytes: 10 }
    await expect(store.write(storagePath, bodyOf('bytes'), options)).rejects.toThrow(
      'not a storage path',
    )
    expect(await store.read(blob)).toBeUndefined()
    expect(await store.stat(storagePath)).toBeUndefined()
    await store.remove(blob)
  })

  test('reads and removes nothing for an invalid generation', async () => {
    await using directory = await temporaryDirectory()
    await using opened = await openDiskStore(directory.path)
    await using world = await BlobWorld.open(async () => opened)
    const blob = await world.write(world.newPath(), 'bytes')
    for (const generation of ['', '.', `../x/${blob.generation}`, `${blob.generation}/.`]) {
      expect(await world.read({ ...blob, generation })).toBeUndefined()
      await opened.store.remove({ ...blob, generation })
    }
    expect(await world.read(blob)).toBe('bytes')
  })
})
