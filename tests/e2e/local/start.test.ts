import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { expect, inject, test } from 'vitest'
import { compileCache } from '../../support/compile-cache.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'

const sources = [fileURLToPath(new URL('../../../functions/local.ts', import.meta.url))]
const npmStart = [fileURLToPath(new URL('../../../functions/host/start.js', import.meta.url))]
const framework = [
  fileURLToPath(new URL('main.js', import.meta.resolve('@google-cloud/functions-framework'))),
  `--source=${fileURLToPath(new URL('../../..', import.meta.url))}`,
]

/** A process that serves a directory without ClamAV, from the sources by default. */
function start(directory: string, env: Record<string, string> = {}, program = sources) {
  const child = spawn(process.execPath, program, {
    env: {
      ...compileCache,
      HOST: '127.0.0.1',
      PORT: '0',
      CLAMAV_SERVICE_PORT: '1',
      WORKSPACE_STORAGE_DIR: directory,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = text(child.stderr)
  const ready = Promise.withResolvers<number>()
  let log = ''
  child.stdout.on('data', (chunk: Buffer) => {
    log += chunk.toString()
    const port = /(?:is ready at http:\/\/127\.0\.0\.1|URL: http:\/\/localhost):(\d+)/.exec(
      log,
    )?.[1]
    if (port !== undefined) ready.resolve(Number(port))
  })
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  void exited.then(([code]) => ready.reject(new Error(`ended with ${code}: ${log}`)))
  ready.promise.catch(() => undefined)
  return {
    ready: ready.promise,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    ended: exited.then(async ([code, signal]) => ({ code, signal, said: await said })),
    log: () => log,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

test('npm start runs from a bundle, and ends with SIGTERM', async () => {
  await using directory = await temporaryDirectory()
  await using server = start(directory.path, {}, npmStart)
  const origin = `http://127.0.0.1:${await server.ready}`
  const image = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const url = `${origin}/api/workspace/content/a.png`
  const stored = await fetch(url, { method: 'PUT', body: new Uint8Array(image) })
  const { id } = (await stored.json()) as { id: string }
  // A process that the bundle starts renders it.
  const preview = await fetch(`${origin}/api/workspace/files/${id}/preview`)
  expect([stored.status, preview.status]).toEqual([201, 200])
  server.kill('SIGTERM')
  expect(await server.ended).toEqual({ code: 0, signal: null, said: '' })
})

test('npm start exits with code 1 and a message for a bad variable', async () => {
  await using directory = await temporaryDirectory()
  await using server = start(directory.path, { MAX_FILE_SIZE_MB: 'many' }, npmStart)
  expect(await server.ended).toMatchObject({
    code: 1,
    said: expect.stringMatching(/MAX_FILE_SIZE_MB must be/) as string,
  })
})

test('exits with code 1 and a message if the port is in use', async () => {
  await using directory = await temporaryDirectory()
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  await using server = start(directory.path, { PORT: `${port}` })
  expect(await server.ended).toMatchObject({
    code: 1,
    said: expect.stringMatching(/EADDRINUSE/) as string,
  })
  expect(server.log()).not.toContain('Swept')
  holder.close()
})

test.each<[string, Record<string, string>, RegExp]>([
  ['a host that AUTH_MODE=local forbids', { HOST: '192.0.2.1' }, /HOST/],
  ...['WORKSPACE_STORAGE_DIR', 'QUARANTINE_DIR', 'MEDIA_TEMP_DIR'].flatMap(
    (variable): [string, Record<string, string>, RegExp][] => [
      [
        `${variable} in a read-only file system`,
        { [variable]: '/proc/coffer' },
        new RegExp(`${variable} must be .*ENOENT.*mkdir '/proc/coffer'`),
      ],
      [
        `${variable} that is a file`,
        { [variable]: process.execPath },
        new RegExp(`${variable} must be .*(ENOTDIR|EEXIST)`),
      ],
      [
        `${variable} that cannot be written`,
        { [variable]: '/proc' },
        new RegExp(`${variable} must be .*ENOENT`),
      ],
    ],
  ),
  ['a bad variable', { MAX_FILE_SIZE_MB: 'many' }, /MAX_FILE_SIZE_MB must be/],
  [
    'a bucket',
    { MEDIA_GCS_BUCKET_NAME: 'b', GOOGLE_CLOUD_PROJECT: 'p' },
    /MEDIA_GCS_BUCKET_NAME|AUTH_MODE/,
  ],
])('exits with code 1 and a message: %s', async (_, env, rule) => {
  await using directory = await temporaryDirectory()
  await using server = start(directory.path, env)
  expect(await server.ended).toMatchObject({ code: 1, said: expect.stringMatching(rule) as string })
})

test.each<[string, (directory: string) => Promise<unknown>, RegExp]>([
  ['a file in place of the directory', (path) => writeFile(path, ''), /ENOTDIR|EEXIST/],
  [
    'a file in place of the blobs',
    async (path) => {
      await mkdir(path)
      await writeFile(join(path, 'blobs'), '')
    },
    /blobs/,
  ],
  [
    'a database of a newer version',
    async (path) => {
      await mkdir(path)
      const database = new DatabaseSync(join(path, 'coffer.sqlite'))
      database.exec('PRAGMA user_version = 9999')
      database.close()
    },
    /version 9999.*start a newer Coffer/,
  ],
  [
    'an invalid lock file',
    async (path) => {
      await mkdir(path)
      await writeFile(join(path, 'presence.sqlite'), 'no database '.repeat(100))
    },
    /presence\.sqlite cannot be opened: file is not a database/,
  ],
  [
    'a file that is not a database',
    async (path) => {
      await mkdir(path)
      await writeFile(join(path, 'coffer.sqlite'), 'no database '.repeat(100))
    },
    /coffer\.sqlite cannot be opened: file is not a database/,
  ],
])('exits with code 1 and a message: %s', async (_, prepare, rule) => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'storage')
  await prepare(path)
  await using server = start(path)
  expect(await server.ended).toMatchObject({ code: 1, said: expect.stringMatching(rule) as string })
})

const image = [join(inject('imageBundle'), 'main.js')]

test.each([
  ['api', 'under the Functions Framework', framework],
  ['scan', 'under the Functions Framework', framework],
  ['api', 'in the image', image],
  ['scan', 'in the image', image],
])('"%s" does not start %s if its directory cannot be created', async (target, _, program) => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'storage')
  await writeFile(path, '')
  await using server = start(path, { FUNCTION_TARGET: target }, program)
  expect(await server.ended).toMatchObject({
    code: 1,
    said: expect.stringMatching(/ENOTDIR|EEXIST/) as string,
  })
})

test.each([
  [{}, /FUNCTION_TARGET must name a function/],
  [{ FUNCTION_TARGET: 'none' }, /Unknown function "none"/],
])('a function of the image exits with code 1 and a message for %j', async (env, message) => {
  await using directory = await temporaryDirectory()
  await using server = start(directory.path, env, image)
  expect(await server.ended).toMatchObject({
    code: 1,
    said: expect.stringMatching(message) as string,
  })
})

test.each([
  ['npm start', npmStart],
  ['a function of the image', image],
])('SIGTERM ends %s within its limit despite slow clients', async (_, program) => {
  await using directory = await temporaryDirectory()
  // Clients are cut off after 4 s, which leaves 1 s for the exit on a busy machine.
  const env = { SHUTDOWN_SECONDS: '5', FUNCTION_TARGET: 'upload' }
  await using server = start(directory.path, env, program)
  const port = await server.ready
  const client = connect(port, '127.0.0.1')
  client.on('error', () => undefined)
  client.write(
    'PUT /api/workspace/content/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\nExpect: 100-continue\r\n\r\n',
  )
  await once(client, 'data')
  const trickle = setInterval(() => client.write('x'), 50)
  server.kill('SIGTERM')
  expect(await server.ended).toMatchObject({ code: 0, signal: null })
  clearInterval(trickle)
})

test('SIGTERM ends the process within its limit despite a hanging scan', async () => {
  await using directory = await temporaryDirectory()
  // A clamd that answers its version and never answers a scan.
  const clamd = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        if (chunk.includes('VERSION')) socket.end('ClamAV 1.4.6\0')
        else clamd.emit('scanning')
      })
  })
  clamd.listen(0, '127.0.0.1')
  await once(clamd, 'listening')
  const { port: clamdPort } = clamd.address() as AddressInfo
  const env = { CLAMAV_SERVICE_HOST: '127.0.0.1', CLAMAV_SERVICE_PORT: `${clamdPort}` }
  await using server = start(directory.path, { ...env, SHUTDOWN_SECONDS: '1' })
  const url = `http://127.0.0.1:${await server.ready}/api/workspace/content/a`
  const scanning = once(clamd, 'scanning')
  const stored = await fetch(url, { method: 'PUT', body: 'x', headers: { Prefer: 'wait=0' } })
  expect(stored.status).toBe(202)
  await scanning
  server.kill('SIGTERM')
  expect(await server.ended).toMatchObject({
    code: 1,
    said: expect.stringContaining('longer than 1 s') as string,
  })
  clamd.close()
})
