import type { Bucket } from '@google-cloud/storage'
import type { GcsClient } from './gcs-client.ts'
import { isTaken } from './gcs-errors.ts'
import { parseObject, parseRewrite, type GcsObject } from './gcs-object.ts'

interface Copy {
  from: string
  generation: string
  to: string
  /** By default the bucket that it is in. */
  toBucket?: string
  /** What is said of the copy; by default what is said of the source. */
  resource?: { contentType: string; contentDisposition: string; metadata: Record<string, string> }
}

/**
 * Copies one generation to a free name, in as many requests as Cloud Storage asks for. Not by
 * `File.copy()`: that forgets the precondition from the second request on.
 */
export async function copyObject(client: GcsClient, copy: Copy): Promise<GcsObject> {
  const { bucket } = client
  const [from, to] = [copy.from, copy.to].map(encodeURIComponent)
  const uri = `/o/${from}/rewriteTo/b/${copy.toBucket ?? bucket.name}/o/${to}`
  const preconditions = { sourceGeneration: copy.generation, ifGenerationMatch: 0 }
  let continuation: { rewriteToken?: string } = {}
  for (;;) {
    let attempts = 0
    const step = await client
      .patiently(() => {
        attempts += 1
        const qs = { ...preconditions, ...continuation }
        return request(bucket, { method: 'POST', uri, qs, json: copy.resource ?? {} })
      })
      .then(parseRewrite)
      .catch(async (error: unknown) => {
        // The answer to an earlier attempt was lost, and it was a success.
        const resource = attempts > 1 && isTaken(error) && (await equalObject(client, copy))
        if (!resource) throw error
        return { done: true as const, resource }
      })
    if (step.done) return step.resource
    continuation = { rewriteToken: step.rewriteToken }
  }
}

/** The object at the destination, if it has the source's bytes: places are written once, so it is this copy. */
async function equalObject(client: GcsClient, copy: Copy): Promise<GcsObject | undefined> {
  const { generation } = copy
  const { bucket } = client
  const toBucket = copy.toBucket === undefined ? bucket : bucket.storage.bucket(copy.toBucket)
  const [source, target] = await Promise.all(
    [bucket.file(copy.from, { generation }), toBucket.file(copy.to)].map((file) =>
      client.patiently(() => file.getMetadata()).then(([metadata]) => parseObject(metadata)),
    ),
  )
  const isEqual = source?.crc32c === target?.crc32c && source?.size === target?.size
  return isEqual ? target : undefined
}

/** `Bucket.request` as a promise. */
function request(bucket: Bucket, options: Parameters<Bucket['request']>[0]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    bucket.request(options, (error, body: unknown) => (error ? reject(error) : resolve(body)))
  })
}
