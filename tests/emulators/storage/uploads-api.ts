import type { IncomingMessage } from 'node:http'
import { writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { ApiRefusal } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { ApiLimits } from './objects-api.ts'
import type { Objects } from './objects.ts'
import { checksums } from './receive.ts'
import type { Session, Sessions } from './sessions.ts'

interface ObjectMetadata {
  name?: string
  contentType?: string
  metadata?: Record<string, string>
  crc32c?: string
}

/** `/upload/storage/v1/b/{bucket}/o` */
export async function serveUpload(
  stores: { objects: Objects; sessions: Sessions; limits: ApiLimits },
  bucket: string,
  exchange: Exchange,
): Promise<void> {
  const { request, query } = exchange
  const { objects, sessions } = stores
  const id = query.get('upload_id')
  if (id !== null) return serveSession(stores, id, exchange)
  if (request.method !== 'POST') throw new ApiRefusal(405, 'Method Not Allowed')
  if (query.get('uploadType') === 'resumable') {
    const metadata = parseMetadata(await buffer(request))
    const declared = request.headers['x-upload-content-length']
    objects.bucket(bucket)
    const session = await sessions.open({
      bucket,
      name: query.get('name') ?? metadata.name ?? '',
      declaredBytes: declared === undefined ? undefined : Number(declared),
      contentType: contentTypeOf(metadata, request.headers['x-upload-content-type']),
      metadata: metadata.metadata,
      origin: request.headers.origin,
      ifGenerationMatch: query.get('ifGenerationMatch'),
    })
    allowOrigin(session, exchange)
    query.set('upload_id', session.id)
    const location = `http://${request.headers.host}/upload/storage/v1/b/${bucket}/o?${query.toString()}`
    return exchange.answerEmpty(200, { Location: location })
  }
  exchange.answer(200, await insert(stores, bucket, exchange))
}

async function serveSession(
  { sessions, limits }: { sessions: Sessions; limits: ApiLimits },
  id: string,
  exchange: Exchange,
): Promise<void> {
  const { request, response, fault } = exchange
  const session = sessions.find(id)
  allowOrigin(session, exchange)
  if (request.method === 'OPTIONS') {
    response.writeHead(200, { 'Content-Length': 0 })
    response.end()
    return
  }
  if (request.method === 'DELETE') {
    sessions.cancel(id)
    if (fault?.kind === 'lost-answer' || fault?.kind === 'cut' || fault?.kind === 'late-status') {
      return exchange.answerEmpty(499)
    }
    throw new ApiRefusal(499, 'Client Closed Request')
  }
  const limit = fault?.kind === 'reset' ? fault.afterBytes : undefined
  if (limits.ignoresHash) delete request.headers['x-goog-hash']
  const object = await sessions.put(session, request, {
    isCorrupt: fault?.kind === 'corrupt',
    ...(limit !== undefined && { limit }),
  })
  if (limit !== undefined) return void request.socket.resetAndDestroy()
  if (object) return exchange.answer(200, object)
  const { storedBytes } = session
  exchange.answerEmpty(308, storedBytes > 0 ? { Range: `bytes=0-${storedBytes - 1}` } : {})
}

/** Sends CORS headers only to the origin that opened the session. */
function allowOrigin(session: Session, { request, response }: Exchange): void {
  if (session.origin === undefined || request.headers.origin !== session.origin) return
  response.setHeader('Access-Control-Allow-Origin', session.origin)
  response.setHeader('Access-Control-Allow-Methods', 'DELETE, GET, HEAD, POST, PUT')
  response.setHeader('Access-Control-Allow-Headers', 'Content-Range, Content-Type, X-Goog-Hash')
  response.setHeader('Access-Control-Expose-Headers', 'Content-Length, Content-Type, Range')
  response.setHeader('Vary', 'Origin')
}

/** `uploadType=media` and `uploadType=multipart`: https://cloud.google.com/storage/docs/uploading-objects */
async function insert(
  { objects, limits }: { objects: Objects; limits: ApiLimits },
  bucket: string,
  { request, query, fault }: Exchange,
) {
  objects.bucket(bucket)
  const isMultipart = query.get('uploadType') === 'multipart'
  const body = await buffer(request)
  const { metadata, bytes, type } = isMultipart
    ? splitRelated(request, body)
    : { metadata: {} as ObjectMetadata, bytes: body, type: request.headers['content-type'] }
  if (fault?.kind === 'corrupt' && bytes.length > 0) bytes[0] = ~(bytes[0] ?? 0)
  const file = objects.newFile()
  await writeFile(file, bytes)
  const sums = await checksums(file, bytes.length)
  const isChecked = metadata.crc32c !== undefined && !limits.ignoresHash
  if (isChecked && metadata.crc32c !== sums.crc32c) {
    throw new ApiRefusal(400, `Provided CRC32C doesn't match calculated CRC32C.`)
  }
  const object = {
    bucket,
    name: query.get('name') ?? metadata.name ?? '',
    file,
    sizeBytes: bytes.length,
    contentType: contentTypeOf(metadata, type),
    ...sums,
    ...(metadata.metadata && { metadata: metadata.metadata }),
  }
  return objects.put(object, query.get('ifGenerationMatch'))
}

/** The two parts of a `multipart/related` body (RFC 2387). */
function splitRelated(request: IncomingMessage, body: Buffer) {
  const boundary = /boundary="?([^";]+)"?/.exec(request.headers['content-type'] ?? '')?.[1] ?? ''
  const delimiter = `--${boundary}`
  const second = body.indexOf(delimiter, delimiter.length)
  const end = body.lastIndexOf(`\r\n${delimiter}--`)
  const part = (from: number, to: number) => {
    const gap = body.indexOf('\r\n\r\n', from)
    return { head: body.subarray(from, gap).toString(), bytes: body.subarray(gap + 4, to) }
  }
  const first = part(delimiter.length, second)
  const media = part(second + delimiter.length, end)
  const type = /content-type:\s*(.+)/i.exec(media.head)?.[1]?.trim()
  return { metadata: parseMetadata(first.bytes), bytes: media.bytes, type }
}

function parseMetadata(text: Buffer): ObjectMetadata {
  return text.length === 0 ? {} : (JSON.parse(text.toString()) as ObjectMetadata)
}

function contentTypeOf(metadata: ObjectMetadata, header: string | string[] | undefined): string {
  return (
    metadata.contentType ?? (header === undefined ? 'application/octet-stream' : String(header))
  )
}
