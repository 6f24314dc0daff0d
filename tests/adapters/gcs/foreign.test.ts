import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GcsForeignObjects } from '../../../shared/adapters/gcs/foreign.ts'
import { createBucket } from '../../emulators/storage/external/create-bucket.ts'
import { startStorageEmulator, type RunningStorage } from '../../emulators/storage/start.ts'

const allowed = `coffer-${randomUUID()}`
const other = `coffer-${randomUUID()}`
const options = { maxBytes: 100 }
let storage: RunningStorage | undefined

beforeAll(async () => {
  storage = await startStorageEmulator()
  for (const bucket of [allowed, other]) {
    await createBucket(storage.url, bucket)
    const query = `uploadType=media&name=${encodeURIComponent('photos/a b.txt')}`
    await fetch(`${storage.url}/upload/storage/v1/b/${bucket}/o?${query}`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/x-greeting' },
      body: 'hello',
    })
  }
})
afterAll(() => storage?.[Symbol.asyncDispose]())

const open = () => new GcsForeignObjects({ buckets: [allowed], emulatorHost: storage?.url })

describe('objects of other buckets', () => {
  test('are opened with size and declared type in an allowed bucket', async () => {
    const found = await open().openObject(allowed, 'photos/a b.txt', options)
    expect(found).toMatchObject({ sizeBytes: 5, declaredType: 'text/x-greeting' })
    expect(found && (await text(found.body))).toBe('hello')
  })

  test('are undefined in any other bucket, like missing objects', async () => {
    expect(await open().openObject(other, 'photos/a b.txt', options)).toBeUndefined()
    expect(await open().openObject(allowed, 'photos/none.txt', options)).toBeUndefined()
  })

  test('throw too-large if they exceed maxBytes', async () => {
    const opened = open().openObject(allowed, 'photos/a b.txt', { maxBytes: 4 })
    await expect(opened).rejects.toMatchObject({ code: 'too-large' })
  })

  test('fail with the reason of the signal when it aborts', async () => {
    const leaving = new AbortController()
    const { signal } = leaving
    const found = await open().openObject(allowed, 'photos/a b.txt', { ...options, signal })
    leaving.abort(new Error('left'))
    await expect(found && text(found.body)).rejects.toThrow('left')
    const late = open().openObject(allowed, 'photos/a b.txt', { ...options, signal })
    await expect(late).rejects.toThrow('left')
  })
})
