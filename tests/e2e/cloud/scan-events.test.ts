import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openCloudStorage, type CloudStorage } from '../../../shared/runtime/cloud-storage.ts'
import { parseFileId, parsePath } from '../../../shared/model/path.ts'
import type { FileId } from '../../../shared/model/ids.ts'
import { upload } from '../../../shared/workspace/upload/upload.ts'
import { defaultRecordLimits } from '../../../shared/model/record-limits.ts'
import type { ObjectResource } from '../../emulators/storage/objects.ts'
import { endsStream, scriptedClamd } from '../../support/clamd/scripted-clamd.ts'
import { startStandIns } from './cloud-stand-ins.ts'
import { startFunction, type Host } from '../functions/function-server.ts'

const projectId = 'coffer'
const bucket = `coffer-${randomUUID()}`
const finalized = 'google.cloud.storage.object.v1.finalized'

interface Line {
  severity: string
  message: string
  reason?: string
  storagePath?: string
  verdict?: string
}

/** `scan` with stand-in services. The test delivers the events. */
describe.each<[string, Host]>([
  ['of the image', 'image'],
  ['under the Functions Framework', 'framework'],
])('scan %s', (_, host) => {
  const opened = new AsyncDisposableStack()
  const objects: ObjectResource[] = []
  const lines: Line[] = []
  const scanner = { isDown: false }
  let storage: CloudStorage
  let url: string

  beforeAll(async () => {
    const standIns = opened.use(await startStandIns(bucket))
    standIns.onFinalized((object) => objects.push(object))
    for (const [name, value] of Object.entries(standIns.env)) vi.stubEnv(name, value)
    opened.defer(() => void vi.unstubAllEnvs())
    const clamd = opened.use(await startScanner(scanner))
    const quarantine = { location: undefined, retentionDays: 30 }
    const allowance = { quotaBytes: 1e6, recordLimits: defaultRecordLimits, eventRetentionDays: 7 }
    storage = openCloudStorage({
      projectId,
      bucket,
      google: {
        firestoreEmulator: standIns.env.FIRESTORE_EMULATOR_HOST,
        storageEmulator: standIns.env.STORAGE_EMULATOR_HOST,
        hasMetadataServer: false,
      },
      ...allowance,
      now,
      quarantine,
    })
    const started = await startFunction('scan', {
      host,
      signature: 'cloudevent',
      env: {
        ...standIns.env,
        MEDIA_GCS_BUCKET_NAME: bucket,
        GOOGLE_CLOUD_PROJECT: projectId,
        CLAMAV_SERVICE_HOST: clamd.host,
        CLAMAV_SERVICE_PORT: `${clamd.port}`,
      },
      onLine: (line) => {
        if (line.startsWith('{')) lines.push(JSON.parse(line) as Line)
      },
    })
    url = opened.use(started).url
  })
  afterAll(() => opened.disposeAsync())

  /** A pending file with stored bytes, and the data of its event. */
  const arrived = async () => {
    const ports = {
      ...storage,
      now,
      newId: () => parseFileId(randomUUID()) as FileId,
      limits: { maxFileBytes: 1e6, uploadExpirySeconds: 3600, trashRetentionDays: 30 },
    }
    const text = 'hello'
    const file = await upload(ports, caller, {
      name: 'a.txt',
      mimeType: 'text/plain',
      body: Readable.from([Buffer.from(text)]),
      sizeBytes: text.length,
      target: {
        path: parsePath(`/${randomUUID()}.txt`),
        mimeType: 'text/plain',
        metadata: {},
        origin: 'user-upload',
        onConflict: 'fail',
      },
    })
    const isOurs = ({ name }: ObjectResource) => name.includes(file.id)
    await expect.poll(() => objects.some(isOurs)).toBe(true)
    const object = objects.find(isOurs)
    if (!object) throw new Error('The object is not there.')
    return { id: file.id, data: storageObjectData(object) }
  }
  const stateOf = async (id: FileId) => (await storage.catalog.get(caller.workspaceId, id))?.state

  /** Delivers an event. Returns the status and the log line. */
  const deliver = async (
    data: unknown,
    { type = finalized, send = binary }: { type?: string; send?: typeof binary } = {},
  ) => {
    const already = lines.length
    const { status } = await send(url, { type, data })
    await expect.poll(() => lines.length).toBeGreaterThan(already)
    return { status, logged: lines.slice(already) }
  }

  it.each([
    { mode: 'binary', send: binary },
    { mode: 'structured', send: structured },
  ])('accepts the event of Eventarc in $mode content mode', async ({ send }) => {
    const { id, data } = await arrived()
    const { status, logged } = await deliver(data, { send })
    expect(status).toBe(204)
    expect(logged).toEqual([
      expect.objectContaining({ severity: 'INFO', message: 'Scanned', verdict: 'clean' }),
    ])
    expect(await stateOf(id)).toBe('ready')
  })

  it('finishes a duplicate without changes, also during the first delivery', async () => {
    const { id, data } = await arrived()
    const answers = await Promise.all([1, 2, 3].map(() => binary(url, { type: finalized, data })))
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204])
    const settled = await storage.catalog.get(caller.workspaceId, id)
    expect(settled?.state).toBe('ready')
    const { status } = await deliver(data)
    expect(status).toBe(204)
    expect(await storage.catalog.get(caller.workspaceId, id)).toEqual(settled)
  })

  it('accepts events in any order', async () => {
    const files = [await arrived(), await arrived(), await arrived()]
    for (const { data } of files.toReversed()) expect((await deliver(data)).status).toBe(204)
    expect(await Promise.all(files.map(({ id }) => stateOf(id)))).toEqual(files.map(() => 'ready'))
  })

  it('finishes an event of an older generation, and settles the file at its own event', async () => {
    const { id, data } = await arrived()
    for (const generation of ['1', `${BigInt(data.generation) - 1n}`]) {
      const { status, logged } = await deliver({ ...data, generation })
      expect(status).toBe(204)
      expect(logged).toEqual([expect.objectContaining({ message: 'Nothing to scan' })])
    }
    expect(await stateOf(id)).toBe('pending')
    await deliver(data)
    expect(await stateOf(id)).toBe('ready')
  })

  it('accepts an event with a later metageneration of the same bytes', async () => {
    const { id, data } = await arrived()
    await deliver(data)
    const settled = await storage.catalog.get(caller.workspaceId, id)
    const { status } = await deliver({ ...data, metageneration: '2', contentType: 'text/html' })
    expect(status).toBe(204)
    expect(await storage.catalog.get(caller.workspaceId, id)).toEqual(settled)
  })

  it.each([
    'google.cloud.storage.object.v1.metadataUpdated',
    'google.cloud.storage.object.v1.deleted',
    'google.cloud.storage.object.v1.archived',
    'google.cloud.audit.log.v1.written',
  ])('finishes %s without changes', async (type) => {
    const { id, data } = await arrived()
    const { status, logged } = await deliver(data, { type })
    expect(status).toBe(204)
    expect(logged).toEqual([
      expect.objectContaining({
        message: 'An event was ignored',
        reason: expect.stringContaining(type),
      }),
    ])
    expect(await stateOf(id)).toBe('pending')
  })

  it('finishes an event of another bucket without changes', async () => {
    const { id, data } = await arrived()
    const { status, logged } = await deliver({ ...data, bucket: 'another-bucket' })
    expect(status).toBe(204)
    expect(logged).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('Its bucket is not') }),
    ])
    expect(await stateOf(id)).toBe('pending')
  })

  it.each([
    'workspaces/ann/00000000-0000-4000-8000-000000000000/a.txt',
    'workspaces/ann/not-an-id/a.txt',
    'a.txt',
    '../../etc/passwd',
    'workspaces/../x',
  ])('finishes an event for an unknown object: %s', async (name) => {
    const { data } = await arrived()
    expect((await deliver({ ...data, name })).status).toBe(204)
  })

  it.each([
    ['no data', undefined],
    ['an array', [1, 2]],
    ['no generation', { bucket, name: 'a' }],
    ['a generation that is not a number', { bucket, name: 'a', generation: 'latest' }],
    ['a negative generation', { bucket, name: 'a', generation: '-1' }],
    ['an empty name', { bucket, name: '', generation: '1' }],
    ['a name of the wrong type', { bucket, name: ['a'], generation: '1' }],
  ])('finishes an event with malformed data and logs an error: %s', async (_, data) => {
    const { status, logged } = await deliver(data)
    expect(status).toBe(204)
    expect(logged).toEqual([
      expect.objectContaining({ severity: 'ERROR', message: 'An event was ignored' }),
    ])
  })

  it('finishes a request that is not an event', async () => {
    const { status, logged } = await deliver({ hello: 1 }, { send: plain })
    expect(status).toBe(204)
    expect(logged).toEqual([expect.objectContaining({ message: 'An event was ignored' })])
  })

  it('answers 500 while the scanner is down, and settles the file at the next delivery', async () => {
    const { id, data } = await arrived()
    scanner.isDown = true
    const failed = await deliver(data)
    expect(failed.status).toBe(500)
    expect(failed.logged).toEqual([expect.objectContaining({ severity: 'WARNING' })])
    expect(await stateOf(id)).toBe('pending')
    scanner.isDown = false
    expect((await deliver(data)).status).toBe(204)
    expect(await stateOf(id)).toBe('ready')
  })
})

const caller = { workspaceId: 'ann' }
const now = () => new Date()

/**
 * A complete `StorageObjectData` as Cloud Storage sends it
 * (https://github.com/googleapis/google-cloudevents/blob/main/examples/structured/storage/StorageObjectData-complex.json).
 */
function storageObjectData(object: ObjectResource) {
  const { bucket, name, generation } = object
  const self = `https://www.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`
  return {
    ...object,
    selfLink: self,
    mediaLink: `https://storage.googleapis.com/download${self.slice(26)}?generation=${generation}&alt=media`,
    etag: 'CJz+kqqy6ecCEAE=',
    timeStorageClassUpdated: object.timeCreated,
    timeFinalized: object.timeCreated,
    retentionExpirationTime: object.timeCreated,
    temporaryHold: false,
    eventBasedHold: false,
    componentCount: 1,
    kmsKeyName: 'projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1',
    customerEncryption: { encryptionAlgorithm: 'AES256', keySha256: 'x' },
    owner: { entity: 'user-x', entityId: '1' },
  }
}

const attributes = (type: string) => ({
  id: randomUUID(),
  source: `//storage.googleapis.com/projects/_/buckets/${bucket}`,
  specversion: '1.0',
  type,
  subject: 'objects/a.txt',
  time: new Date().toISOString(),
})

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#31-binary-content-mode */
async function binary(url: string, { type, data }: { type: string; data: unknown }) {
  const named = Object.entries(attributes(type)).map(([name, value]) => [`ce-${name}`, value])
  return fetch(url, {
    method: 'POST',
    headers: {
      ...Object.fromEntries(named),
      'content-type': 'application/json',
    },
    ...(data !== undefined && { body: JSON.stringify(data) }),
  })
}

async function plain(url: string, { data }: { data: unknown }) {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(data),
  })
}

async function structured(url: string, { type, data }: { type: string; data: unknown }) {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
    body: JSON.stringify({ ...attributes(type), datacontenttype: 'application/json', data }),
  })
}

const isVersion = (received: Buffer) => received.toString().startsWith('zVERSION\0')

/** A stand-in for clamd; while it is down it closes connections. */
function startScanner(state: { isDown: boolean }) {
  return scriptedClamd(async ({ socket, until }) => {
    if (state.isDown) return void socket.destroy()
    const command = await until((received) => isVersion(received) || endsStream(received))
    socket.end(
      isVersion(command) ? 'ClamAV 1.4.6/27800/Fri Nov 20 08:00:00 2026\0' : 'stream: OK\0',
    )
  })
}
