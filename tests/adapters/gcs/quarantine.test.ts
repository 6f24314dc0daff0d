import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { GcsQuarantine } from '../../../shared/adapters/gcs/quarantine.ts'
import { openGcsStore } from '../../emulators/storage/gcs-store.ts'
import { startStorageEmulator } from '../../emulators/storage/start.ts'
import { testSigner } from '../../emulators/storage/test-signer.ts'
import { bodyOf } from '../../ports/blob-store/world.ts'
import {
  describeQuarantine,
  noteOf,
  retentionDays,
  type OpenedQuarantine,
} from '../../ports/quarantine.ts'

const { credentials, signers } = testSigner()
const storage = await startStorageEmulator({ signers })
afterAll(() => storage[Symbol.asyncDispose]())

const api = `${storage.url}/storage/v1/b`

async function open(isSeparate: boolean): Promise<OpenedQuarantine> {
  const blobs = await openGcsStore(storage, { credentials })
  const bucket = isSeparate ? `quarantine-${randomUUID()}` : blobs.bucket
  if (isSeparate) await fetch(api, { method: 'POST', body: JSON.stringify({ name: bucket }) })
  let passed = 0
  const quarantine = await GcsQuarantine.open({
    bucket: blobs.bucket,
    ...(isSeparate && { quarantineBucket: bucket }),
    emulatorHost: storage.url,
    credentials,
    includesUploads: true,
    retentionDays,
    now: () => new Date(Date.now() + passed),
  })
  const get = async (name: string) => fetch(`${api}/${bucket}/o${name}`)
  return {
    quarantine,
    blobs,
    pass: (milliseconds) => void (passed += milliseconds),
    kept: async () => {
      const { items = [] } = (await (await get('?prefix=quarantine/')).json()) as {
        items?: { name: string; metadata: object; contentDisposition: string }[]
      }
      return Promise.all(
        items.map(async ({ name, ...resource }) => ({
          bytes: await (await get(`/${encodeURIComponent(name)}?alt=media`)).text(),
          note: JSON.stringify(resource),
        })),
      )
    },
    [Symbol.asyncDispose]: () => blobs[Symbol.asyncDispose](),
  }
}

describeQuarantine('a separate bucket', () => open(true))
describeQuarantine('the bucket of the blobs', () => open(false))

describe('GcsQuarantine', () => {
  test('is not served by a link that was signed for the removed blob', async () => {
    await using world = await open(false)
    const note = noteOf('Win.Test')
    const { store } = world.blobs
    const options = { contentType: 'text/plain', maxBytes: 100 }
    const place = store.locate('user-1', note.fileId, 'virus.exe')
    const blob = await store.write(place, bodyOf('infected'), options)
    const expiresAt = new Date(Date.now() + 3_600_000)
    const url = await store.signUrl(blob, {
      expiresAt,
      contentType: 'text/plain',
      contentDisposition: 'attachment',
    })
    expect((await fetch(url)).status).toBe(200)
    await world.quarantine.keep(blob, note)
    await store.remove(blob)
    expect((await fetch(url)).status).toBe(404)
    const [kept] = await world.kept()
    expect(kept).toMatchObject({ bytes: 'infected', note: expect.stringContaining('attachment') })
  })
})
