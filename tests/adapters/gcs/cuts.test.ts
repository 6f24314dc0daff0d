import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { BlobRef, StoredBlob } from '../../../shared/ports/blob-store.ts'
import { GcsForeignObjects } from '../../../shared/adapters/gcs/foreign.ts'
import { GcsQuarantine } from '../../../shared/adapters/gcs/quarantine.ts'
import { cuts } from '../../emulators/storage/cuts.ts'
import type { FaultRule } from '../../emulators/storage/faults.ts'
import { openGcsStore, type OpenedGcsStore } from '../../emulators/storage/gcs-store.ts'
import { startOwnStorage } from '../../emulators/storage/start.ts'
import { BlobWorld } from '../../ports/blob-store/world.ts'

const storage = await startOwnStorage()
afterAll(() => storage[Symbol.asyncDispose]())

const { emulator } = storage
afterEach(() => emulator.clearFaults())

const retry = { attempts: 4, baseDelayMs: 1, maxDelayMs: 5 }
const bytes = randomBytes(700_001)
/** More than one request takes. */
const large = randomBytes(5 * 1024 * 1024)

interface Case extends OpenedGcsStore {
  world: BlobWorld
  blob: StoredBlob
}

interface Operation {
  /** The requests that are cut. */
  requests: Pick<FaultRule, 'method' | 'url' | 'contentRange'>
  prepare?: (on: Case) => Promise<unknown>
  run: (on: Case) => Promise<unknown>
}

const expiresAt = new Date(Date.now() + 3600 * 1000)

const note = {
  workspaceId: 'someone',
  threat: 'Eicar-Signature',
  checksum: 'c'.repeat(64),
  sizeBytes: bytes.length,
  engine: 'clamd',
  signatureVersion: '27000',
  scannedAt: '2026-01-02T03:04:05.000Z',
}

function openQuarantine({ bucket }: Case) {
  return GcsQuarantine.open({
    bucket,
    emulatorHost: storage.url,
    retry,
    includesUploads: true,
    retentionDays: 0,
    now: () => new Date(Date.now() + 1000),
  })
}

const operations: Record<string, Operation> = {
  'stat (get metadata)': {
    requests: { method: 'GET', url: /\/o\/workspaces/ },
    run: async ({ store, blob }) => {
      expect(await store.stat(blob.storagePath)).toEqual(blob)
    },
  },
  'check (get metadata of an object that is not there)': {
    requests: { method: 'GET', url: /\.health/ },
    run: ({ store }) => store.check(),
  },
  list: {
    requests: { method: 'GET', url: /\/o\?/ },
    run: async ({ store }) => {
      const { blobs } = await store.list({ limit: 10 })
      expect(blobs.map(({ generation }) => generation)).toHaveLength(1)
    },
  },
  'read (download)': {
    requests: { method: 'GET', url: /alt=media/ },
    run: async ({ store, blob }) => {
      expect(bytes.equals(await buffer((await store.read(blob)) ?? Readable.from([])))).toBe(true)
    },
  },
  'read of a range': {
    requests: { method: 'GET', url: /alt=media/ },
    run: async ({ store, blob }) => {
      const body = await store.read(blob, { start: 100_000, end: 599_999 })
      expect(bytes.subarray(100_000, 600_000).equals(await buffer(body ?? Readable.from([])))).toBe(
        true,
      )
    },
  },
  'copy (rewrite)': {
    requests: { method: 'POST', url: /rewriteTo/ },
    run: async ({ store, world, blob }) => {
      const place = world.newPath()
      const copy = await store.copy(blob, place)
      expect(await store.stat(place)).toEqual(copy)
      expect((await store.list({ limit: 10 })).blobs).toHaveLength(2)
    },
  },
  'remove (delete)': {
    requests: { method: 'DELETE' },
    run: async ({ store, blob }) => {
      await store.remove(blob)
      expect((await store.list({ limit: 10 })).blobs).toEqual([])
    },
  },
  'write (open a session)': {
    requests: { method: 'POST', url: /uploadType=resumable/ },
    run: ({ world }) =>
      world.write(world.newPath(), Readable.from([large]), { maxBytes: large.length }),
  },
  'write (finish a session)': {
    requests: { method: 'PUT', url: /upload_id=/ },
    run: async ({ store, world }) => {
      const place = world.newPath()
      const written = await world.write(place, Readable.from([large]), { maxBytes: large.length })
      expect(await store.stat(place)).toEqual(written)
      expect(world.eventsAt(place)).toHaveLength(1)
    },
  },
  'write (in one request)': {
    requests: { method: 'POST', url: /uploadType=multipart/ },
    run: async ({ store, world }) => {
      const place = world.newPath()
      const written = await world.write(place, 'bytes')
      expect(await store.stat(place)).toEqual(written)
      expect(world.eventsAt(place)).toHaveLength(1)
    },
  },
  'openUpload (open a session)': {
    requests: { method: 'POST', url: /uploadType=resumable/ },
    run: async ({ store, world }) => {
      const { uploadId } = await store.openUpload(world.newPath(), {
        sizeBytes: 5,
        contentType: 'a/b',
        expiresAt,
      })
      await store.cancelUpload(uploadId)
    },
  },
  'cancelUpload (cancel a session)': {
    requests: { method: 'DELETE', url: /upload_id=/ },
    run: async ({ store, world }) => {
      const place = world.newPath()
      const { uploadId } = await store.openUpload(place, {
        sizeBytes: 5,
        contentType: 'a/b',
        expiresAt,
      })
      await store.cancelUpload(uploadId)
      expect(emulator.openSessions.filter((name) => place.endsWith(name))).toEqual([])
    },
  },
  'writeDerived (in one request)': {
    requests: { method: 'POST', url: /uploadType=multipart/ },
    run: async ({ store, blob }) => {
      await store.writeDerived(blob, 'still.webp', bytes)
      expect(bytes.equals((await store.readDerived(blob, 'still.webp')) ?? Buffer.alloc(0))).toBe(
        true,
      )
    },
  },
  'readDerived (download)': {
    requests: { method: 'GET', url: /derived.*alt=media/ },
    prepare: ({ store, blob }) => store.writeDerived(blob, 'still.webp', bytes),
    run: async ({ store, blob }) => {
      expect(bytes.equals((await store.readDerived(blob, 'still.webp')) ?? Buffer.alloc(0))).toBe(
        true,
      )
    },
  },
  'remove (list derived objects)': {
    requests: { method: 'GET', url: /prefix=derived/ },
    prepare: ({ store, blob }) => store.writeDerived(blob, 'still.webp', bytes),
    run: async ({ store, blob }) => {
      await store.remove(blob)
      expect(await store.readDerived(blob, 'still.webp')).toBeUndefined()
    },
  },
  'remove (delete derived objects)': {
    requests: { method: 'DELETE', url: /derived/ },
    prepare: ({ store, blob }) => store.writeDerived(blob, 'still.webp', bytes),
    run: async ({ store, blob }) => {
      await store.remove(blob)
      expect(await store.readDerived(blob, 'still.webp')).toBeUndefined()
    },
  },
  'keep in quarantine (rewrite)': {
    requests: { method: 'POST', url: /rewriteTo/ },
    run: async (on) => {
      const quarantine = await openQuarantine(on)
      await quarantine.keep(on.blob, { ...note, fileId: fileIdOf(on.blob) })
      expect(await quarantine.removeExpired()).toBe(1)
    },
  },
  'expire in quarantine (list)': {
    requests: { method: 'GET', url: /prefix=quarantine/ },
    prepare: async (on) =>
      (await openQuarantine(on)).keep(on.blob, { ...note, fileId: fileIdOf(on.blob) }),
    run: async (on) => {
      expect(await (await openQuarantine(on)).removeExpired()).toBe(1)
    },
  },
  'expire in quarantine (delete)': {
    requests: { method: 'DELETE', url: /quarantine/ },
    prepare: async (on) =>
      (await openQuarantine(on)).keep(on.blob, { ...note, fileId: fileIdOf(on.blob) }),
    run: async (on) => {
      const quarantine = await openQuarantine(on)
      expect(await quarantine.removeExpired()).toBe(1)
      expect(await quarantine.removeExpired()).toBe(0)
    },
  },
}

function fileIdOf({ storagePath }: BlobRef) {
  return /([0-9a-f-]{36})/.exec(storagePath)?.[1] as never
}

async function begin(content: string | Buffer = 'bytes') {
  const opened = await openGcsStore(storage, { retry })
  const world = await BlobWorld.open(async () => opened)
  const blob = await world.write(world.newPath(), Readable.from([Buffer.from(content)]))
  return { ...opened, world, blob, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

describe.each(Object.entries(operations))('%s', (_, { requests, prepare, run }) => {
  test.each(cuts)('survives %s', async (_, fault) => {
    await using on = await begin(bytes)
    await prepare?.(on)
    emulator.fault({ fault, ...requests })
    await run(on)
    expect(emulator.faultsLeft).toBe(0)
  })
})

describe('a copy', () => {
  test('does not mistake an equal object of another write for its own', async () => {
    await using gcs = await begin()
    const place = gcs.world.newPath()
    const first = await gcs.world.write(place, 'bytes')
    emulator.fault({ fault: { kind: 'status', status: 503 }, method: 'POST', url: /rewriteTo/ })
    await expect(gcs.store.copy(gcs.blob, place)).rejects.toThrow('written once')
    expect(await gcs.store.stat(place)).toEqual(first)
  })

  test('does not mistake an equal copy of the same object for its own', async () => {
    await using gcs = await begin()
    const place = gcs.world.newPath()
    await gcs.store.copy(gcs.blob, place)
    emulator.fault({ fault: { kind: 'status', status: 503 }, method: 'POST', url: /rewriteTo/ })
    await expect(gcs.store.copy(gcs.blob, place)).rejects.toThrow('written once')
  })

  test('succeeds when every response to it is lost', async () => {
    await using gcs = await begin()
    const place = gcs.world.newPath()
    const rewrites = { method: 'POST', url: /rewriteTo/ }
    emulator.fault({ fault: { kind: 'lost-answer' }, ...rewrites })
    emulator.fault({ fault: { kind: 'reset' }, ...rewrites, times: retry.attempts - 1 })
    const copy = await gcs.store.copy(gcs.blob, place)
    expect(await gcs.store.stat(place)).toEqual(copy)
  })

  test('continues with its rewrite token after a truncated response', async () => {
    await using gcs = await begin()
    const { limits } = emulator
    limits.rewriteBytes = 2
    const rewrites = { method: 'POST', url: /rewriteTo/ }
    for (let step = 0; step < 3; step++) {
      emulator.fault({ fault: { kind: 'cut', at: 'length' }, ...rewrites })
    }
    const copy = await gcs.store.copy(gcs.blob, gcs.world.newPath())
    delete limits.rewriteBytes
    expect(await gcs.world.read(copy)).toBe('bytes')
  })

  test('keeps the type of its source', async () => {
    await using gcs = await begin()
    const copy = await gcs.store.copy(gcs.blob, gcs.world.newPath())
    const name = encodeURIComponent(copy.storagePath.replace(`gcs://${gcs.bucket}/`, ''))
    const answer = await fetch(`${storage.url}/storage/v1/b/${gcs.bucket}/o/${name}`)
    expect(await answer.json()).toMatchObject({ contentType: 'text/plain' })
  })
})

describe('a read', () => {
  test.each([
    ['whole', undefined, [undefined, 'bytes=300000-', 'bytes=400000-']],
    [
      'of a range',
      { start: 1000, end: 600_999 },
      ['bytes=1000-600999', 'bytes=301000-600999', 'bytes=401000-600999'],
    ],
  ] as const)('%s continues at the next byte of the same generation', async (...given) => {
    const [, range, ranges] = given
    await using gcs = await begin(bytes)
    const before = emulator.requests.length
    for (const afterBytes of [300_000, 100_000]) {
      emulator.fault({ fault: { kind: 'truncate', afterBytes }, method: 'GET', url: /alt=media/ })
    }
    const body = (await gcs.store.read(gcs.blob, range)) ?? Readable.from([])
    const expected = range ? bytes.subarray(range.start, range.end + 1) : bytes
    expect(expected.equals(await buffer(body))).toBe(true)
    const requests = emulator.requests.slice(before)
    for (const line of requests) expect(line).toContain(`generation=${gcs.blob.generation}`)
    expect(emulator.ranges.slice(-ranges.length)).toEqual(ranges)
  })

  test('of an object in another bucket continues at the same generation', async () => {
    await using gcs = await begin(bytes)
    const { bucket, blob } = gcs
    const sources = new GcsForeignObjects({
      buckets: [bucket],
      emulatorHost: storage.url,
      retry,
    })
    const fault = { kind: 'truncate', afterBytes: 300_000 } as const
    emulator.fault({ fault, method: 'GET', url: /alt=media/ })
    const before = emulator.requests.length
    const name = blob.storagePath.replace(`gcs://${bucket}/`, '')
    const found = await sources.openObject(bucket, name, { maxBytes: bytes.length })
    expect(bytes.equals(await buffer(found?.body ?? Readable.from([])))).toBe(true)
    const reads = emulator.requests.slice(before).filter((line) => line.includes('alt=media'))
    expect(reads).toHaveLength(2)
    for (const line of reads) {
      expect(line.replace(/^.*\?/, '')).toBe(`alt=media&generation=${blob.generation}`)
    }
  })

  test('fails after its attempts are used up if each delivers only a few bytes', async () => {
    await using gcs = await begin('x'.repeat(50))
    const before = emulator.requests.length
    const fault = { kind: 'truncate', afterBytes: 1 } as const
    emulator.fault({ fault, method: 'GET', url: /alt=media/, times: 100 })
    await expect(gcs.world.read(gcs.blob)).rejects.toMatchObject({ code: 'store-unavailable' })
    expect(emulator.requests.length - before).toBe(retry.attempts)
  })
})
