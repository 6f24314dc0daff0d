import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { emulatorEndpoint } from '../../../shared/adapters/gcs/endpoint.ts'
import { openGcsStore } from '../../emulators/storage/gcs-store.ts'
import { startOwnStorage } from '../../emulators/storage/start.ts'
import { BlobWorld } from '../../ports/blob-store/world.ts'

const storage = await startOwnStorage()
afterAll(() => storage[Symbol.asyncDispose]())
afterEach(() => {
  delete storage.emulator.limits.longPathsOnly
})

/** Uses each way in which the store sends requests to Cloud Storage. */
async function expectRoundTrip(emulatorHost: string): Promise<void> {
  await using world = await BlobWorld.open(() => openGcsStore(storage, { emulatorHost }))
  const blob = await world.write(world.newPath(), 'bytes')
  const copy = await world.store.copy(blob, world.newPath())
  expect(await world.read(copy)).toBe('bytes')
  expect(await world.list(1)).toHaveLength(2)
  await world.store.remove(blob)
  expect(await world.store.stat(blob.storagePath)).toBeUndefined()
  const { uploadId } = await world.openUpload(world.newPath(), 5)
  await world.store.cancelUpload(uploadId)
  expect(storage.emulator.openSessions).toEqual([])
}

describe('an emulator', () => {
  test('is found without a scheme', async () => {
    await expectRoundTrip(storage.url.replace('http://', ''))
  })

  test('is found with a slash at the end', async () => {
    await expectRoundTrip(`${storage.url}/`)
  })

  test('with only the paths of the real service is used with them', async () => {
    storage.emulator.limits.longPathsOnly = true
    await expectRoundTrip(storage.url)
  })

  test('is used with the paths of the real service when the variable names them', async () => {
    storage.emulator.limits.longPathsOnly = true
    const before = storage.emulator.requests.length
    await expectRoundTrip(`${storage.url}/storage/v1/`)
    const requests = storage.emulator.requests.slice(before)
    expect(requests.filter((line) => line.startsWith('GET /b/'))).toEqual([])
  })
})

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  ((_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }) satisfies RequestListener
const text = (status: number, type: string, body: string) =>
  ((_, response) => {
    response.writeHead(status, { 'Content-Type': type })
    response.end(body)
  }) satisfies RequestListener
const notFound = { code: 404, message: 'Not Found', errors: [{ reason: 'notFound' }] }
const exposesVersion = { 'Access-Control-Expose-Headers': 'x-firebase-storage-version' }

/** Starts a server that gives the same response to every request, and finds its endpoint. */
async function adapted(answer: RequestListener, location: (host: string) => string) {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const { origin, ...found } = await emulatorEndpoint(location(host), 'a-bucket')
  server.closeAllConnections()
  server.close()
  return { ...found, origin, asked, host }
}

describe('emulatorEndpoint chooses the paths of a server', () => {
  const long = { path: '/storage/v1', isFirebase: false }
  const short = { path: '', isFirebase: false }
  const firebase = { path: '', isFirebase: true }

  test.each<[string, RequestListener, { path: string; isFirebase: boolean }]>([
    ['a web server with a page', text(200, 'text/html', '<p>Welcome'), long],
    ['a web server without the page', text(404, 'text/html', '<p>Not found'), long],
    ['a web server with an empty answer', text(200, 'text/plain', ''), long],
    ['a JSON API with an error text', json(404, { error: 'not found' }), long],
    ['a JSON API with an error object', json(404, { error: { message: 'no route' } }), long],
    ['a JSON API with an error in the form of Google', json(404, { error: notFound }), long],
    ['a JSON API with an error of status 200', json(200, { error: notFound }), long],
    ['a JSON API with a kind of another API', json(200, { kind: 'youtube#videos' }), long],
    ['a JSON API with null', json(200, null), long],
    ['fake-gcs-server, which has no such path', text(404, 'text/plain', 'Not Found\n'), long],
    ['an emulator with short paths', json(200, { kind: 'storage#objects', items: [] }), short],
    ['Firebase', json(200, { kind: 'storage#objects', items: [] }, exposesVersion), firebase],
    ['Firebase with a refusal', json(403, { error: notFound }, exposesVersion), firebase],
    ['Firebase with a text', json(501, 'Not Implemented', exposesVersion), firebase],
  ])('of %s', async (_, answer, expected) => {
    const found = await adapted(answer, (host) => host)
    expect(found).toMatchObject(expected)
    expect(found.asked).toEqual(['/b/a-bucket/o?maxResults=1'])
  })

  test.each([
    ['host/storage/v1', (host: string) => `${host}/storage/v1`],
    ['http://host/storage/v1', (host: string) => `http://${host}/storage/v1`],
    ['http://host/storage/v1/', (host: string) => `http://${host}/storage/v1/`],
  ])('are those of %s without a question', async (_, location) => {
    const found = await adapted(json(200, { kind: 'storage#objects' }), location)
    const { host, asked, origin } = found
    expect(found).toMatchObject(long)
    expect({ asked, origin }).toEqual({ asked: [], origin: `http://${host}` })
  })
})
