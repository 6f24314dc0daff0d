import { buffer } from 'node:stream/consumers'
import { ApiRefusal } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { sendMedia } from './media.ts'
import type { Objects } from './objects.ts'

const mostPerPage = 1000

/** Lower limits of the emulator, so that small tests reach them. */
export interface ApiLimits {
  /** The most objects on a page, regardless of the request. */
  objectsPerPage?: number
  /** The most bytes that one rewrite request copies. */
  rewriteBytes?: number
  /** Supports only the paths of the real service, like fake-gcs-server. */
  longPathsOnly?: boolean
  /** Ignores `X-Goog-Hash` of uploads. */
  ignoresHash?: boolean
}

/** `/b`, `/b/{bucket}` */
export async function serveBucket(
  objects: Objects,
  bucket: string | undefined,
  exchange: Exchange,
): Promise<void> {
  const { request, response } = exchange
  if (bucket === undefined) {
    const { name } = JSON.parse((await buffer(request)).toString()) as { name: string }
    objects.createBucket(name)
    return exchange.answer(200, bucketResource(name))
  }
  objects.bucket(bucket)
  if (request.method === 'DELETE') {
    objects.deleteBucket(bucket)
    response.writeHead(204).end()
    return
  }
  exchange.answer(200, bucketResource(bucket))
}

/** `/b/{bucket}/o`: names in the order of their UTF-8. A page token is the last name of a page. */
export function serveList(
  objects: Objects,
  bucket: string,
  exchange: Exchange,
  { objectsPerPage = mostPerPage }: ApiLimits,
): void {
  const { query } = exchange
  const prefix = query.get('prefix') ?? ''
  const token = query.get('pageToken')
  const after = token === null ? '' : Buffer.from(token, 'base64url').toString()
  if (token !== null && after === '') throw new ApiRefusal(400, 'Invalid argument.')
  const most = Math.min(Number(query.get('maxResults') ?? mostPerPage), objectsPerPage)
  const names = [...objects.bucket(bucket).keys()]
    .filter((name) => name.startsWith(prefix) && name > after)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const page = names.slice(0, most)
  const last = page.at(-1)
  exchange.answer(200, {
    kind: 'storage#objects',
    ...(page.length > 0 && { items: page.map((name) => objects.get(bucket, name).resource) }),
    ...(last !== undefined &&
      names.length > most && { nextPageToken: Buffer.from(last).toString('base64url') }),
  })
}

/** `/b/{bucket}/o/{object}` */
export async function serveObject(
  objects: Objects,
  { bucket, name }: { bucket: string; name: string },
  exchange: Exchange,
): Promise<void> {
  const { request, query } = exchange
  if (request.method === 'DELETE') {
    await objects.delete(bucket, name, query)
    return exchange.answerEmpty(204)
  }
  const object = objects.get(bucket, name, query.get('generation'))
  objects.checkGeneration(bucket, name, query.get('ifGenerationMatch'))
  if (query.get('alt') === 'media') return sendMedia(exchange, object)
  exchange.answer(200, object.resource)
}

/** `/b/{bucket}/o/{object}/rewriteTo/b/{bucket}/o/{object}`; the token is the number of copied bytes. */
export async function serveRewrite(
  objects: Objects,
  path: { bucket: string; name: string; toBucket: string; toName: string },
  exchange: Exchange,
  { rewriteBytes = Infinity }: ApiLimits,
): Promise<void> {
  const { query, request } = exchange
  const said = JSON.parse((await buffer(request)).toString() || '{}') as object
  const source = objects.get(path.bucket, path.name, query.get('sourceGeneration'))
  const ifGenerationMatch = query.get('ifGenerationMatch')
  objects.checkGeneration(path.toBucket, path.toName, ifGenerationMatch)
  const size = Number(source.resource.size)
  const copied = Math.min(size, Number(query.get('rewriteToken') ?? 0) + rewriteBytes)
  const progress = { kind: 'storage#rewriteResponse', objectSize: String(size) }
  if (copied < size) {
    const rewriteToken = String(copied)
    const totalBytesRewritten = rewriteToken
    exchange.answer(200, { ...progress, done: false, totalBytesRewritten, rewriteToken })
    return
  }
  const to = { bucket: path.toBucket, name: path.toName, ifGenerationMatch }
  const resource = await objects.copy(source, to, said)
  exchange.answer(200, { ...progress, done: true, totalBytesRewritten: String(size), resource })
}

function bucketResource(name: string) {
  return { kind: 'storage#bucket', id: name, name, location: 'US', storageClass: 'STANDARD' }
}
