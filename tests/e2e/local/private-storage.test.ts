import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmod, lstat, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../support/disk-store.ts'

const program = fileURLToPath(new URL('../../../functions/local.ts', import.meta.url))

/** Starts the server with umask 0, stores files, and expects that only their owner can read them. */
async function expectPrivateStorage(directory: string): Promise<void> {
  const shell = 'umask 000 && exec "$0" "$1"'
  const child = spawn('/bin/sh', ['-c', shell, process.execPath, program], {
    env: { PORT: '0', CLAMAV_SERVICE_PORT: '1', WORKSPACE_STORAGE_DIR: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  try {
    const ready = Promise.withResolvers<string>()
    createInterface(child.stdout).on('line', (line) => {
      const url = /ready at (\S+)$/.exec(line)?.[1]
      if (url !== undefined) ready.resolve(url)
    })
    void exited.then(() => ready.reject(new Error('The server has ended')))
    await store(`${await ready.promise}/api/workspace`)
    expect(await exposed(directory)).toEqual([])
  } finally {
    child.kill('SIGTERM')
    await exited
  }
}

async function store(api: string): Promise<void> {
  const put = await fetch(`${api}/content/a.png`, { method: 'PUT', body: 'bytes' })
  expect(put.status).toBe(201)
  const { id } = (await put.json()) as { id: string }
  const json = { 'Content-Type': 'application/json' }
  const copy = { method: 'POST', headers: json, body: JSON.stringify({ path: `/${randomUUID()}` }) }
  expect((await fetch(`${api}/files/${id}/copy`, copy)).status).toBe(201)
  const open = {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ path: `/${randomUUID()}`, sizeBytes: 9 }),
  }
  const { upload } = (await (await fetch(`${api}/uploads`, open)).json()) as {
    upload: { url: string }
  }
  const part = { method: 'PUT', headers: { 'Content-Range': 'bytes 0-2/9' }, body: 'abc' }
  expect((await fetch(upload.url, part)).status).toBe(308)
}

/** The entries that users other than the owner may read, write or enter. */
async function exposed(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true })
  const found = await Promise.all(
    ['.', ...names].map(async (name) => ({ name, file: await lstat(join(directory, name)) })),
  )
  expect(names).toEqual(expect.arrayContaining(['coffer.sqlite', 'coffer.sqlite-wal', 'uploads']))
  return found
    .filter(({ file }) => !file.isSymbolicLink() && (file.mode & 0o077) !== 0)
    .map(({ name }) => name)
}

test('only the owner can read a new storage directory', async () => {
  await using directory = await temporaryDirectory()
  await expectPrivateStorage(join(directory.path, 'a', 'storage'))
})

test('only the owner can read an existing empty directory after opening', async () => {
  await using directory = await temporaryDirectory()
  await chmod(directory.path, 0o755)
  await expectPrivateStorage(directory.path)
})

test('only the owner can read a storage directory that others could read before', async () => {
  await using directory = await temporaryDirectory()
  await expectPrivateStorage(directory.path)
  for (const name of await readdir(directory.path)) {
    await chmod(join(directory.path, name), name.includes('.') ? 0o644 : 0o755)
  }
  await chmod(directory.path, 0o755)
  await expectPrivateStorage(directory.path)
})

test('a directory with other files keeps its mode and theirs', async () => {
  await using directory = await temporaryDirectory()
  await writeFile(join(directory.path, 'other.txt'), 'public', { mode: 0o644 })
  await chmod(directory.path, 0o755)
  const inner = join(directory.path, 'storage')
  await mkdir(inner)
  await rename(join(directory.path, 'other.txt'), join(inner, 'other.txt'))
  await chmod(inner, 0o755)
  const { preparePrivateStorage } = await import('../../../shared/adapters/disk/private-storage.ts')
  await preparePrivateStorage(inner)
  expect((await lstat(inner)).mode & 0o777).toBe(0o755)
  expect((await lstat(join(inner, 'other.txt'))).mode & 0o777).toBe(0o644)
  expect((await lstat(join(inner, 'coffer.sqlite'))).mode & 0o777).toBe(0o600)
})

test('opening a storage directory twice in one process keeps the locks of SQLite', async () => {
  await using directory = await temporaryDirectory()
  const { preparePrivateStorage } = await import('../../../shared/adapters/disk/private-storage.ts')
  await preparePrivateStorage(directory.path)
  const path = join(directory.path, 'presence.sqlite')
  using held = new DatabaseSync(path, { timeout: 0 })
  held.exec('BEGIN; SELECT count(*) FROM sqlite_schema')
  await preparePrivateStorage(directory.path)
  const other = spawn(process.execPath, [
    '-e',
    `new (require('node:sqlite').DatabaseSync)(${JSON.stringify(path)}, { timeout: 0 }).exec('BEGIN EXCLUSIVE')`,
  ])
  expect((await once(other, 'exit'))[0]).not.toBe(0)
})
