import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { deleteRoutes } from '../../functions/delete.ts'
import { downloadRoutes } from '../../functions/download/download.ts'
import { previewRoutes } from '../../functions/preview.ts'
import { readRoutes } from '../../functions/read.ts'
import { updateRoutes } from '../../functions/update.ts'
import { uploadRoutes } from '../../functions/upload.ts'
import type { GcsOptions } from '../../shared/adapters/gcs/client.ts'
import { metadataServerCredentials } from '../../shared/adapters/google/metadata-server.ts'
import { EicarScanner } from '../../shared/adapters/scanners/eicar-scanner.ts'
import { openLocalRenderer } from '../../shared/adapters/preview/local-renderer.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import type { FileId } from '../../shared/model/ids.ts'
import { scan } from '../../shared/workspace/scan/scan.ts'
import { openFirestore, useOwnFirestore } from '../adapters/firestore/world.ts'
import type { Fault } from '../emulators/storage/faults.ts'
import { openGcsStore } from '../emulators/storage/gcs-store.ts'
import { startIamEmulator } from '../emulators/storage/iam-emulator.ts'
import { startOwnStorage, type OwnStorage } from '../emulators/storage/start.ts'
import { testSigner } from '../emulators/storage/test-signer.ts'
import { httpApp, serve } from '../support/http/http-app.ts'

useOwnFirestore()
let storage: OwnStorage
beforeAll(async () => {
  storage = await startOwnStorage()
})
afterAll(() => storage[Symbol.asyncDispose]())
afterEach(() => {
  storage.emulator.clearFaults()
  vi.unstubAllEnvs()
})

const bytes = 'x'.repeat(700_001)
const always = 1000
const now = () => new Date()

interface Setting extends Pick<Partial<GcsOptions>, 'credentials'> {
  stallMs?: number
  quotaBytes?: number
}

type Sent = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

/** Starts the routes of the API on Firestore and Cloud Storage, with one ready file. */
async function begin(
  on: OwnStorage,
  { stallMs = 20_000, quotaBytes = 10_000_000, ...signing }: Setting = {},
) {
  await using opened = new AsyncDisposableStack()
  const { catalog } = opened.use(await openFirestore({ quotaBytes, now }))
  const retry = { attempts: 3, baseDelayMs: 1, maxDelayMs: 5, stallMs }
  const { store: blobs, events, bucket } = opened.use(await openGcsStore(on, { retry, ...signing }))
  const ports = {
    catalog,
    blobs,
    scanner: new EicarScanner(),
    renderer: openLocalRenderer(),
    now,
    newId: () => randomUUID() as FileId,
    limits: { maxFileBytes: 1_000_000, uploadExpirySeconds: 3600, trashRetentionDays: 30 },
  }
  const app = httpApp((routes: Hono<AppEnv>) =>
    routes
      .route('/', uploadRoutes(ports))
      .route('/', readRoutes(ports, { crossOriginResourcePolicy: 'same-origin' }))
      .route('/', previewRoutes(ports, { crossOriginResourcePolicy: 'same-origin' }))
      .route('/', downloadRoutes(ports, { signedUrlSeconds: 300 }))
      .route('/', updateRoutes(ports))
      .route('/', deleteRoutes(ports)),
  )
  const { url } = opened.use(await serve(app))
  const request = (method: string, path: string, init: Sent = {}) =>
    fetch(`${url}/api/workspace${path}`, {
      method,
      ...init,
      headers: { Authorization: 'Bearer local:ann', Prefer: 'wait=0', ...init.headers },
    })
  const upload = async (path: string) => {
    const { id } = (await (await request('PUT', `/content${path}`, { body: bytes })).json()) as {
      id: string
    }
    const event = events.at(-1)
    if (event) await scan(ports, event)
    return id
  }
  /** Stores the object of a session with other bytes, as a store does that takes a truncated body for the whole. */
  const storeFewer = async (session: string, content: string) => {
    const name = new URL(session).searchParams.get('name') ?? ''
    const at = `${on.url}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`
    expect((await fetch(at, { method: 'POST', body: content })).status).toBe(200)
    const event = events.at(-1)
    if (event) await scan(ports, event)
  }
  const id = await upload('/kept.txt')
  const resources = opened.move()
  return {
    request,
    upload,
    id,
    storeFewer,
    entries: app.entries,
    usage: () => catalog.usage('ann'),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

type Case = Awaited<ReturnType<typeof begin>>

function form(): FormData {
  const data = new FormData()
  data.set('file', new File([bytes], 'form.txt'))
  return data
}

const json = (body: unknown) => ({
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json' },
})

/** Every route that uses the store, with its status when the store is available. */
const routes: Record<string, [number, (on: Case) => Promise<Response>]> = {
  'PUT /content': [202, ({ request }) => request('PUT', '/content/new.txt', { body: bytes })],
  'POST /files': [202, ({ request }) => request('POST', '/files', { body: form() })],
  'POST /uploads': [
    202,
    ({ request }) => request('POST', '/uploads', json({ path: '/direct.txt', sizeBytes: 5 })),
  ],
  'GET /content': [200, ({ request }) => request('GET', '/content/kept.txt')],
  'GET /content of a range': [
    206,
    ({ request }) => request('GET', '/content/kept.txt', { headers: { Range: 'bytes=5-9' } }),
  ],
  'GET /content of two ranges': [
    206,
    ({ request }) => request('GET', '/content/kept.txt', { headers: { Range: 'bytes=5-9,20-29' } }),
  ],
  'GET /preview': [200, ({ request, id }) => request('GET', `/files/${id}/preview`)],
  'POST /copy': [
    201,
    ({ request, id }) => request('POST', `/files/${id}/copy`, json({ path: '/copy.txt' })),
  ],
}

const outages: Record<string, Fault> = {
  'answers 500': { kind: 'status', status: 500 },
  'answers 502': { kind: 'status', status: 502 },
  'answers 503': { kind: 'status', status: 503 },
  'answers 429': { kind: 'status', status: 429 },
  'resets connections': { kind: 'reset' },
  'answers nothing': { kind: 'stall' },
}

async function expectUnavailable(answer: Response): Promise<void> {
  const problem: unknown = await answer.json()
  expect([answer.status, problem]).toMatchObject([
    503,
    { type: 'urn:coffer:problem:store-unavailable' },
  ])
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
}

const atStall = (fault: Fault) => (fault.kind === 'stall' ? { stallMs: 150 } : {})

describe.each(Object.entries(routes))('%s', (_, [status, send]) => {
  test.each(Object.entries(outages))(
    'is 503 with Retry-After while Cloud Storage %s, and succeeds afterwards',
    async (_, fault) => {
      await using on = await begin(storage, atStall(fault))
      storage.emulator.fault({ fault, times: always })
      const before = await on.usage()
      await expectUnavailable(await send(on))
      expect(await on.usage()).toEqual(before)
      storage.emulator.clearFaults()
      const answer = await send(on)
      expect(answer.status).toBe(status)
      await answer.arrayBuffer()
    },
  )

  test('is 503 with Retry-After while Cloud Storage refuses connections', async () => {
    const own = await startOwnStorage()
    await using on = await begin(own)
    await own[Symbol.asyncDispose]()
    await expectUnavailable(await send(on))
  })
})

test('GET /download without a key is 503 with Retry-After while IAM resets connections', async () => {
  const { email, privateKey } = testSigner()
  await using iam = await startIamEmulator(email, privateKey)
  const { metadataOrigin: origin, signingEndpoint } = iam
  const credentials = metadataServerCredentials({ origin, signingEndpoint })
  await using on = await begin(storage, { credentials })
  iam.fault({ fault: { kind: 'reset' }, url: /signBlob/, times: always })
  const { request, id } = on
  await expectUnavailable(await request('GET', `/files/${id}/download`, { redirect: 'manual' }))
})

describe('DELETE', () => {
  test.each(Object.entries(outages))(
    'with purge is 503 with Retry-After while Cloud Storage %s; the record is gone afterwards',
    async (_, fault) => {
      await using on = await begin(storage, atStall(fault))
      storage.emulator.fault({ fault, times: always })
      await expectUnavailable(await on.request('DELETE', `/files/${on.id}?purge=true`))
      storage.emulator.clearFaults()
      expect(await on.usage()).toMatchObject({ liveBytes: 0, trashBytes: 0 })
      expect((await on.request('DELETE', `/files/${on.id}?purge=true`)).status).toBe(404)
    },
  )

  test('of an open upload is 503 once, and 204 when it is repeated', async () => {
    await using on = await begin(storage)
    const opened = await on.request('POST', '/uploads', json({ path: '/direct.txt', sizeBytes: 5 }))
    const { file } = (await opened.json()) as { file: { id: string } }
    storage.emulator.fault({ fault: { kind: 'status', status: 503 }, times: always })
    await expectUnavailable(await on.request('DELETE', `/files/${file.id}`))
    storage.emulator.clearFaults()
    expect((await on.request('DELETE', `/files/${file.id}`)).status).toBe(204)
  })

  test('is 204 while Cloud Storage cannot delete the files that overflow the trash', async () => {
    await using on = await begin(storage, { quotaBytes: bytes.length })
    await on.request('DELETE', `/files/${on.id}`)
    const id = await on.upload('/second.txt')
    storage.emulator.fault({
      fault: { kind: 'status', status: 503 },
      method: 'DELETE',
      times: always,
    })
    expect((await on.request('DELETE', `/files/${id}`)).status).toBe(204)
    expect(storage.emulator.faultsLeft).toBeLessThan(always)
    expect(await on.usage()).toMatchObject({ liveBytes: 0, trashBytes: bytes.length })
  })
})

test('a rejected POST /uploads answers with its reason although its session cannot be cancelled', async () => {
  await using on = await begin(storage)
  storage.emulator.fault({
    fault: { kind: 'status', status: 503 },
    method: 'DELETE',
    times: always,
  })
  const answer = await on.request('POST', '/uploads', json({ path: '/kept.txt', sizeBytes: 5 }))
  expect([answer.status, await answer.json()]).toMatchObject([
    409,
    { type: 'urn:coffer:problem:path-taken' },
  ])
})

test('an upload whose object has fewer bytes than it announced is refused with both sizes', async () => {
  await using on = await begin(storage)
  const body = json({ path: '/kept.txt', sizeBytes: 5, overwrite: true })
  const opened = (await (await on.request('POST', '/uploads', body)).json()) as {
    file: { id: string }
    upload: { url: string }
  }
  const before = await on.usage()
  expect(before.reservedBytes).toBe(0)
  await on.storeFewer(opened.upload.url, 'four')
  const refused = {
    type: 'urn:coffer:problem:size-mismatch',
    detail: expect.stringMatching(/^5 bytes were announced, but 4 are stored\./),
  }
  const answer = await on.request('GET', `/files/${opened.file.id}`)
  expect([answer.status, await answer.json()]).toMatchObject([400, refused])
  expect(await (await on.request('GET', '/content/kept.txt')).text()).toBe(bytes)
  expect(await on.usage()).toEqual({ ...before, openUploads: 0, recordCount: 1 })
})

describe('GET of a body that Cloud Storage stops sending', () => {
  test.each([
    ['whole', {}],
    ['one range', { Range: 'bytes=5-600000' }],
    ['two ranges', { Range: 'bytes=5-300000,400000-650000' }],
  ])('aborts the answer to a request for %s', async (_, headers) => {
    await using on = await begin(storage)
    const fault = { kind: 'truncate', afterBytes: 1000 } as const
    storage.emulator.fault({ fault, method: 'GET', url: /alt=media/, times: always })
    const answer = await on.request('GET', '/content/kept.txt', { headers })
    expect(answer.status).toBeLessThan(300)
    await expect(answer.arrayBuffer()).rejects.toThrow('terminated')
    expect(on.entries).toContainEqual(
      expect.objectContaining({
        severity: 'ERROR',
        message: expect.stringContaining('cannot be sent completely'),
      }),
    )
  })
})
