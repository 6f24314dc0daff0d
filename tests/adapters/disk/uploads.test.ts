import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { reprDigest } from '../../../shared/http/protocol/digest.ts'
import { expectProblem } from '../../support/http/problem.ts'
import { holdRequest } from '../../support/http/raw-http.ts'
import { openDiskStore, openFreshDiskStore, temporaryDirectory } from '../../support/disk-store.ts'
import { BlobWorld, bodyOf, openBody } from '../../ports/blob-store/world.ts'
import { describeResumableUploads } from '../../ports/resumable-uploads.ts'

describeResumableUploads('disk', openFreshDiskStore)

async function beginUpload(sizeBytes: number) {
  const opened = await openFreshDiskStore()
  const world = await BlobWorld.open(async () => opened)
  const place = world.newPath()
  const { url } = await world.openUpload(place, sizeBytes)
  return Object.assign(opened, { world, place, path: url, origin: opened.url })
}

async function fileHandlePrototype(directory: string) {
  await using file = await open(join(directory, 'secret'))
  return Object.getPrototypeOf(file) as typeof file
}

function digestOf(text: string): string {
  return reprDigest(createHash('sha256').update(text).digest('hex'))
}

describe('the resumable protocol over HTTP', () => {
  test('uses relative URLs with ids of 256 bits', async () => {
    await using upload = await beginUpload(5)
    expect(upload.path).toMatch(/^\/api\/workspace\/uploads\/[0-9a-f]{64}$/)
  })

  test('keeps the received bytes of a chunk whose connection breaks', async () => {
    await using upload = await beginUpload(1_000_000)
    const request = holdRequest(new URL(upload.path, upload.origin), 'PUT', {
      'Content-Range': 'bytes 0-999999/1000000',
      'Content-Length': '1000000',
    })
    await request.write('x'.repeat(300_000))
    await vi.waitFor(async () => {
      const asked = await upload.world.put(upload.path, '', 'bytes */1000000')
      expect(asked.headers.get('Range')).toBe('bytes=0-299999')
    })
    request.cut()
    const rest = await upload.world.put(
      upload.path,
      'y'.repeat(700_000),
      'bytes 300000-999999/1000000',
    )
    expect(rest.status).toBe(200)
    const blob = await upload.store.stat(upload.place)
    expect(blob && (await upload.world.read(blob))).toBe('x'.repeat(300_000) + 'y'.repeat(700_000))
  })

  test('lets a retry take over from a request that hangs', async () => {
    await using upload = await beginUpload(1000)
    const hung = holdRequest(new URL(upload.path, upload.origin), 'PUT', {
      'Content-Length': '1000',
    })
    await hung.write('x'.repeat(100))
    await vi.waitFor(async () => {
      const asked = await upload.world.put(upload.path, '', 'bytes */*')
      expect(asked.headers.get('Range')).toBe('bytes=0-99')
    })
    expect((await upload.world.put(upload.path, 'x'.repeat(1000))).status).toBe(200)
    hung.cut()
    const blob = await upload.store.stat(upload.place)
    expect(blob && (await upload.world.read(blob))).toBe('x'.repeat(1000))
  })

  test('accepts a body without Content-Range only with the size of the file', async () => {
    await using upload = await beginUpload(5)
    await expectProblem(await upload.world.put(upload.path, 'byte'), 400, 'invalid-request')
    await expectProblem(await upload.world.put(upload.path, 'bytes!'), 400, 'invalid-request')
    const answer = await upload.world.put(upload.path, 'bytes')
    expect([answer.status, await answer.json()]).toEqual([200, { sizeBytes: 5 }])
  })

  test.each([
    ['a gap', 'bytes 5-9/10', '56789'],
    ['a wrong total', 'bytes 2-9/11', '23456789'],
    ['more than declared', 'bytes 2-10/11', '23456789x'],
    ['a length that is not the range’s', 'bytes 2-9/10', '2345'],
    ['a status request with a body', 'bytes */10', '23456789'],
    ['an invalid range', 'bytes=2-9/10', '23456789'],
    ['a range that ends before it begins', 'bytes 9-2/10', '23456789'],
    ['an unknown unit', 'items 2-9/10', '23456789'],
  ])('answers 400 to %s and keeps the received bytes', async (_, contentRange, body) => {
    await using upload = await beginUpload(10)
    await upload.world.put(upload.path, '01', 'bytes 0-1/10')
    const refusal = await upload.world.put(upload.path, body, contentRange)
    await expectProblem(refusal, 400, 'invalid-request')
    const asked = await upload.world.put(upload.path, '', 'bytes */10')
    expect([asked.status, asked.headers.get('Range')]).toEqual([308, 'bytes=0-1'])
    expect((await upload.world.put(upload.path, '23456789', 'bytes 2-9/10')).status).toBe(200)
  })

  test.each([
    ['a chunk', 'Content-Digest', 'bytes 2-5/10', '2345'],
    ['the last chunk', 'Content-Digest', 'bytes 2-9/10', '23456789'],
    ['the whole file', 'Content-Digest', 'bytes 0-9/10', '0123456789'],
    ['the whole file', 'Repr-Digest', 'bytes 0-9/10', '0123456789'],
    ['the whole file', 'Repr-Digest', undefined, '0123456789'],
  ])(
    'answers 400 to %s with a wrong %s, and keeps none of its bytes',
    async (_, name, range, body) => {
      await using upload = await beginUpload(10)
      const { world, path } = upload
      await world.put(path, '01', 'bytes 0-1/10')
      const send = (text: string) =>
        world.fetch(path, {
          method: 'PUT',
          body: text,
          headers: { ...(range && { 'Content-Range': range }), [name]: digestOf(body) },
        })
      const wrong = body.replace(/.$/, 'x')
      await expectProblem(await send(wrong), 400, 'digest-mismatch')
      const asked = await world.put(path, '', 'bytes */10')
      expect([asked.status, asked.headers.get('Range')]).toEqual([308, 'bytes=0-1'])
      expect((await send(body)).status).toBe(range === 'bytes 2-5/10' ? 308 : 200)
    },
  )

  test('does not check Repr-Digest, the digest of the file, against a chunk', async () => {
    await using upload = await beginUpload(10)
    const answer = await upload.world.fetch(upload.path, {
      method: 'PUT',
      body: '0123',
      headers: { 'Content-Range': 'bytes 0-3/10', 'Repr-Digest': digestOf('0123456789') },
    })
    expect([answer.status, answer.headers.get('Range')]).toEqual([308, 'bytes=0-3'])
  })

  test('answers 499 to DELETE and 404 to later requests', async () => {
    await using upload = await beginUpload(5)
    const { world, path } = upload
    expect((await world.fetch(path, { method: 'DELETE' })).status).toBe(499)
    await expectProblem(await world.fetch(path, { method: 'DELETE' }), 404, 'not-found')
    await expectProblem(await world.put(path, 'bytes'), 404, 'not-found')
    await expectProblem(await world.put(path, '', 'bytes */5'), 404, 'not-found')
  })

  test('answers 400 to DELETE of a complete upload', async () => {
    await using upload = await beginUpload(5)
    await upload.world.put(upload.path, 'bytes')
    const cancelled = await upload.world.fetch(upload.path, { method: 'DELETE' })
    await expectProblem(cancelled, 400, 'invalid-request')
    expect(await upload.store.stat(upload.place)).toBeDefined()
  })
})

describe('upload sessions on the disk', () => {
  test('are synced before status reports bytes of a running request', async () => {
    await using directory = await temporaryDirectory()
    await using opened = await openDiskStore(directory.path)
    await using world = await BlobWorld.open(async () => opened)
    const { uploadId } = await world.openUpload(world.newPath(), 10)
    const body = openBody('0123')
    const appending = opened.store.append(uploadId, { firstByte: 0, body })
    const held = async () => (await opened.store.status(uploadId)).storedBytes
    await expect.poll(held).toBe(4)
    const synced = vi.spyOn(await fileHandlePrototype(directory.path), 'datasync')
    expect(await held()).toBe(4)
    expect(synced).toHaveBeenCalledOnce()
    synced.mockRestore()
    body.push(null)
    await appending
  })

  test('continue after a restart', async () => {
    await using directory = await temporaryDirectory()
    let uploadId = ''
    let place = ''
    {
      await using opened = await openDiskStore(directory.path)
      await using world = await BlobWorld.open(async () => opened)
      place = world.newPath()
      uploadId = (await world.openUpload(place, 10)).uploadId
      await opened.store.append(uploadId, { firstByte: 0, body: bodyOf('0123') })
    }
    await using opened = await openDiskStore(directory.path)
    expect(await opened.store.status(uploadId)).toEqual({ storedBytes: 4, isComplete: false })
    await opened.store.append(uploadId, { firstByte: 4, body: bodyOf('456789') })
    expect(await opened.store.stat(place)).toMatchObject({ sizeBytes: 10 })
  })

  test('finish when the last chunk is repeated after its event failed', async () => {
    await using directory = await temporaryDirectory()
    const events: unknown[] = []
    let fails = true
    await using opened = await openDiskStore(directory.path, {
      finalized(event) {
        if (fails) throw new Error('the queue is full')
        events.push(event)
      },
    })
    await using world = await BlobWorld.open(async () => opened)
    const place = world.newPath()
    const { uploadId } = await world.openUpload(place, 5)
    const append = () => opened.store.append(uploadId, { firstByte: 0, body: bodyOf('bytes') })
    await expect(append()).rejects.toThrow('the queue is full')
    fails = false
    expect(await append()).toEqual({ storedBytes: 5, isComplete: true })
    expect(events).toEqual([expect.objectContaining({ storagePath: place })])
    await append()
    expect(events).toHaveLength(1)
  })

  test('are deleted with their bytes after they expire', async () => {
    await using directory = await temporaryDirectory()
    let now = new Date()
    await using opened = await openDiskStore(directory.path, { now: () => now })
    await using world = await BlobWorld.open(async () => opened)
    const { uploadId, url } = await world.openUpload(world.newPath(), 10)
    await world.put(url, '0123', 'bytes 0-3/10')
    await opened.store.removeStale()
    expect(await opened.store.status(uploadId)).toMatchObject({ storedBytes: 4 })
    now = new Date(Date.now() + 2 * 3600 * 1000)
    await expectProblem(await world.put(url, '456789', 'bytes 4-9/10'), 404, 'not-found')
    await opened.store.removeStale()
    now = new Date()
    await expectProblem(await world.put(url, '', 'bytes */10'), 404, 'not-found')
  })
})
