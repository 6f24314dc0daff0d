import { afterAll, describe, expect, test } from 'vitest'
import { GcsBlobStore } from '../../../shared/adapters/gcs/blob-store.ts'
import { metadataServerCredentials } from '../../../shared/adapters/google/metadata-server.ts'
import { cuts } from '../../emulators/storage/cuts.ts'
import type { Fault } from '../../emulators/storage/faults.ts'
import { openGcsStore } from '../../emulators/storage/gcs-store.ts'
import { startIamEmulator } from '../../emulators/storage/iam-emulator.ts'
import { startOwnStorage } from '../../emulators/storage/start.ts'
import { testSigner } from '../../emulators/storage/test-signer.ts'
import { BlobWorld, contentType } from '../../ports/blob-store/world.ts'

const { email, privateKey, credentials, signers } = testSigner()
const storage = await startOwnStorage({ signers })
afterAll(() => storage[Symbol.asyncDispose]())

const contentDisposition = `attachment; filename="a b.txt"; filename*=UTF-8''%C3%A4.txt`
const options = () => ({
  expiresAt: new Date(Date.now() + 300_000),
  contentType,
  contentDisposition,
})

async function withKey() {
  const opened = await openGcsStore(storage, { credentials })
  const world = await BlobWorld.open(async () => opened)
  const blob = await world.write(world.newPath(), 'signed bytes')
  const url = new URL(await opened.store.signUrl(blob, options()))
  return { world, blob, url, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

/** A machine without a key but with a metadata server. */
async function withoutKey() {
  const iam = await startIamEmulator(email, privateKey)
  const { metadataOrigin: origin, signingEndpoint } = iam
  const world = await BlobWorld.open(() => openGcsStore(storage))
  const blob = await world.write(world.newPath(), 'signed bytes')
  const [, bucket = ''] = blob.storagePath.split(/\/+/)
  const store = await GcsBlobStore.open({
    bucket,
    emulatorHost: storage.url,
    credentials: metadataServerCredentials({ origin, signingEndpoint }),
    retry: { attempts: 2, baseDelayMs: 1, maxDelayMs: 5 },
  })
  return {
    iam,
    blob,
    store,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await iam[Symbol.asyncDispose]()
    },
  }
}

describe('URLs signed with a key', () => {
  test('contain disposition, type and generation with a V4 signature', async () => {
    await using gcs = await withKey()
    expect(Object.fromEntries(gcs.url.searchParams)).toMatchObject({
      'X-Goog-Algorithm': 'GOOG4-RSA-SHA256',
      'X-Goog-Credential': expect.stringMatching(
        new RegExp(`^${email}/\\d{8}/auto/storage/goog4_request$`),
      ) as string,
      'X-Goog-SignedHeaders': 'host',
      'response-content-type': contentType,
      'response-content-disposition': contentDisposition,
      generation: gcs.blob.generation,
    })
    expect(await (await fetch(gcs.url)).text()).toBe('signed bytes')
  })

  test.each([
    ['generation', '1'],
    ['response-content-type', 'text/html'],
    ['response-content-disposition', 'inline'],
    ['X-Goog-Expires', '604800'],
  ])('are refused with another %s', async (name, value) => {
    await using gcs = await withKey()
    gcs.url.searchParams.set(name, value)
    expect((await fetch(gcs.url)).status).toBe(403)
  })

  test('are rejected for another object, without a parameter, and for writing', async () => {
    await using gcs = await withKey()
    const other = await gcs.world.write(gcs.world.newPath(), 'other bytes')
    const elsewhere = new URL(gcs.url)
    elsewhere.pathname = other.storagePath.replace('gcs:/', '')
    expect((await fetch(elsewhere)).status).toBe(403)
    expect((await fetch(gcs.url, { method: 'PUT', body: 'x' })).status).toBe(403)
    gcs.url.searchParams.delete('generation')
    expect((await fetch(gcs.url)).status).toBe(403)
  })
})

describe('URLs signed by IAM', () => {
  test('are valid, and share one access token', async () => {
    await using gcs = await withoutKey()
    for (let i = 0; i < 3; i++) {
      const answer = await fetch(await gcs.store.signUrl(gcs.blob, options()))
      expect(await answer.text()).toBe('signed bytes')
    }
    const asked = (pattern: RegExp) => gcs.iam.requests.filter((path) => pattern.test(path)).length
    expect(asked(/:signBlob$/)).toBe(3)
    expect(asked(/\/token/)).toBe(1)
  })

  test('fail with one line that names the command to run if the account may not sign', async () => {
    await using gcs = await withoutKey()
    gcs.iam.deny(
      "Permission 'iam.serviceAccounts.signBlob' denied on resource (or it may not exist).",
    )
    const signing = gcs.store.signUrl(gcs.blob, options())
    await expect(signing).rejects.toThrow(/^[^\n]*Run: gcloud iam service-accounts add-iam-policy/)
  })

  describe.each([
    ['signBlob', /:signBlob$/],
    ['the metadata server', /\/token/],
  ])('when %s fails', (_, url) => {
    test.each(cuts)('survive %s', async (_, fault) => {
      await using gcs = await withoutKey()
      gcs.iam.fault({ fault, url })
      const answer = await fetch(await gcs.store.signUrl(gcs.blob, options()))
      expect(await answer.text()).toBe('signed bytes')
      expect(gcs.iam.faultsLeft()).toBe(0)
    })

    test.each<[string, Fault]>([
      ['refused', { kind: 'status', status: 503 }],
      ['reset', { kind: 'reset' }],
    ])('are store-unavailable while every request is %s', async (_, fault) => {
      await using gcs = await withoutKey()
      gcs.iam.fault({ fault, url, times: 1000 })
      const signing = gcs.store.signUrl(gcs.blob, options())
      await expect(signing).rejects.toMatchObject({ code: 'store-unavailable' })
    })
  })
})
