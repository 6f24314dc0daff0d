import { randomUUID } from 'node:crypto'
import type { Bucket } from '@google-cloud/storage'
import type { GcsClient } from './client.ts'
import { parseObject, parseRewrite, writeTokenKey, type GcsObject } from './object.ts'
import { withBriefRetry } from './retry.ts'

interface Copy {
  from: string
  generation: string
  to: string
  /** Default: the bucket of the source. */
  toBucket?: string
  /** The metadata of the copy. Default: the metadata of the source. */
  resource?: Resource
}

interface Resource {
  contentType?: string | undefined
  contentDisposition?: string
  metadata?: Record<string, string> | undefined
}

/**
 * Copies one generation to a free name. The copy has a token of this call in its metadata. After a failure, an object at the
 * destination with this token is the result. An object without it was created by another call.
 */
export async function copyObject(client: GcsClient, copy: Copy): Promise<GcsObject> {
  const token = randomUUID()
  const described = copy.resource ?? (await resourceOf(client, copy))
  const resource = { ...described, metadata: { ...described.metadata, [writeTokenKey]: token } }
  try {
    return await rewrite(client, copy, resource)
  } catch (error) {
    const found = await findTarget(client, copy).catch(() => undefined)
    if (found?.metadata?.[writeTokenKey] === token) return found
    throw error
  }
}

/**
 * Repeats the request until Cloud Storage reports the end. `File.copy()` is not used, because it omits the precondition from
 * the second and later requests.
 */
async function rewrite(client: GcsClient, copy: Copy, json: Resource): Promise<GcsObject> {
  const { bucket } = client
  const [from, to] = [copy.from, copy.to].map(encodeURIComponent)
  const uri = `/o/${from}/rewriteTo/b/${copy.toBucket ?? bucket.name}/o/${to}`
  const preconditions = { sourceGeneration: copy.generation, ifGenerationMatch: 0 }
  let continuation: { rewriteToken?: string } = {}
  for (;;) {
    const qs = { ...preconditions, ...continuation }
    const step = await client.retrying(async () =>
      parseRewrite(await request(bucket, { method: 'POST', uri, qs: { ...qs }, json })),
    )
    if (step.done) return step.resource
    continuation = { rewriteToken: step.rewriteToken }
  }
}

/** The metadata of the source. A rewrite with metadata replaces all metadata, so the copy must repeat the source's. */
async function resourceOf(client: GcsClient, { from, generation }: Copy): Promise<Resource> {
  const source = client.bucket.file(from, { generation })
  return client.retrying(async () => {
    const { contentType, metadata } = parseObject((await source.getMetadata())[0])
    return { contentType, metadata }
  })
}

async function findTarget(client: GcsClient, { to, toBucket }: Copy): Promise<GcsObject> {
  const { bucket } = client
  const target = toBucket === undefined ? bucket : bucket.storage.bucket(toBucket)
  const request = async () => parseObject((await target.file(to).getMetadata())[0])
  return client.retrying(request, withBriefRetry(client.retry))
}

/** `Bucket.request` as a promise. */
function request(bucket: Bucket, options: Parameters<Bucket['request']>[0]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    bucket.request(options, (error, body: unknown) => (error ? reject(error) : resolve(body)))
  })
}
