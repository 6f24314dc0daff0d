import { randomUUID } from 'node:crypto'
import type { GcsClient } from './client.ts'
import { parseObject, parseRewrite, writeTokenKey, type GcsObject } from './object.ts'
import { objectPath } from './request.ts'
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
    const found = await client
      .find(copy.to, withBriefRetry(client.retry), copy.toBucket)
      .catch(() => undefined)
    if (found?.metadata?.[writeTokenKey] === token) return found
    throw error
  }
}

/**
 * Repeats the request until Cloud Storage reports the end. `File.copy()` is not used, because it omits the precondition from
 * the second and later requests.
 */
async function rewrite(client: GcsClient, copy: Copy, json: Resource): Promise<GcsObject> {
  const target = objectPath(copy.toBucket ?? client.bucket, copy.to)
  const path = `${objectPath(client.bucket, copy.from)}/rewriteTo${target}`
  const preconditions = { sourceGeneration: copy.generation, ifGenerationMatch: 0 }
  let continuation: { rewriteToken?: string } = {}
  for (;;) {
    const query = { ...preconditions, ...continuation }
    const step = await client.retrying(async (stallMs) =>
      parseRewrite(await client.json(stallMs, path, { method: 'POST', query, json })),
    )
    if (step.done) return step.resource
    continuation = { rewriteToken: step.rewriteToken }
  }
}

/** The metadata of the source. A rewrite with metadata replaces all metadata, so the copy must repeat the source's. */
async function resourceOf(client: GcsClient, { from, generation }: Copy): Promise<Resource> {
  const path = objectPath(client.bucket, from)
  return client.retrying(async (stallMs) => {
    const { contentType, metadata } = parseObject(
      await client.json(stallMs, path, { query: { generation } }),
    )
    return { contentType, metadata }
  })
}
