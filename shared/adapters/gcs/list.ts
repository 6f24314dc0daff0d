import { setTimeout as delay } from 'node:timers/promises'
import type { Bucket } from '@google-cloud/storage'
import { TransientError } from '../google/http.ts'
import { googleEndpoint, type Endpoint } from './endpoint.ts'
import { parsePage, type GcsPage } from './object.ts'
import type { Query } from './request.ts'

const fields = 'items(name,generation,size,timeCreated),nextPageToken'

/**
 * Opens a bucket with the official client, for listings. Only sweeps and deletions list, so it is not part of a cold start
 * (docs/decisions/google-apis-by-http.md). An emulator needs no credentials.
 */
export async function openBucket(name: string, endpoint: Endpoint): Promise<Bucket> {
  const { Storage } = await import('@google-cloud/storage')
  const retryOptions = { autoRetry: false }
  if (endpoint === googleEndpoint) return new Storage({ retryOptions }).bucket(name)
  const storage = new Storage({ retryOptions, apiEndpoint: endpoint.origin, projectId: 'emulator' })
  storage.baseUrl = endpoint.origin + endpoint.path
  return storage.bucket(name)
}

/** Lists one page. The official client has no time limit, so the page is a `TransientError` after `stallMs`. */
export async function listPage(bucket: Bucket, query: Query, stallMs: number): Promise<GcsPage> {
  const [, , page] = await within(
    stallMs,
    bucket.getFiles({ ...query, fields, autoPaginate: false }),
  )
  return parsePage(page)
}

async function within<T>(stallMs: number, work: Promise<T>): Promise<T> {
  const answered = new AbortController()
  const stalled = delay(stallMs, undefined, { signal: answered.signal }).then(() => {
    throw new TransientError(`Cloud Storage did not answer for ${stallMs} ms`)
  })
  stalled.catch(() => undefined)
  try {
    return await Promise.race([work, stalled])
  } finally {
    answered.abort()
  }
}
