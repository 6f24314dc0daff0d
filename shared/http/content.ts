import type { Context } from 'hono'
import type { Readable } from 'node:stream'
import { WorkspaceError } from '../model/errors.ts'
import { maxBytesAtOnce, type BlobFile, type ByteRange } from '../ports/blob-store.ts'
import type { AppEnv } from './app-env.ts'
import { byteranges } from './protocol/byteranges.ts'
import { evaluatePreconditions, ifRangeHolds, type Validators } from './protocol/conditional.ts'
import { reprDigest } from './protocol/digest.ts'
import { contentRange, rangeLength, selectRanges } from './protocol/ranges.ts'
import { plainAnswer } from './plain-answer.ts'
import { securityPolicy } from './served-as.ts'
import { fileBody } from './server/file-body.ts'
import { toWebStream } from '../workspace/web-stream.ts'

/** Bytes to serve, and their properties, which are known before the bytes are read. */
export interface Content extends Validators {
  /** All bytes, or an inclusive range of them; undefined if they are missing. */
  open: (range?: ByteRange) => Promise<Readable | undefined>
  /** An inclusive range of at most `maxBytesAtOnce` bytes, if the bytes can be read without a stream. */
  bytes?: (range: ByteRange) => Promise<Uint8Array | undefined>
  /** The local file with the bytes, if there is one. The listener sends it with less CPU than a stream. */
  openFile?: () => Promise<BlobFile | undefined>
  sizeBytes: number
  /** SHA-256 of all bytes, hex. */
  checksum: string
  /** `Content-Type` and `Content-Disposition`: see `servedAs`. */
  contentType: string
  contentDisposition: string
  crossOriginResourcePolicy: string
}

/**
 * Answers GET or HEAD with bytes. Handles preconditions, ranges (RFC 9110 §13, §14) and digests (RFC 9530), and sets the headers
 * that prevent scripts in the bytes from running. Throws `precondition-failed`, `range-not-satisfiable`, or a plain `Error` if
 * the bytes are missing.
 */
export async function serveContent(c: Context<AppEnv>, content: Content): Promise<Response> {
  const field = (name: string) => c.req.header(name)
  const outcome = evaluatePreconditions(c.req.method, field, content)
  if (outcome === 'precondition-failed') {
    // Set on c.res, because the answer of the error handler is merged into it.
    c.res.headers.set('ETag', content.etag)
    throw new WorkspaceError(
      'precondition-failed',
      'The file is not the version that If-Match or If-Unmodified-Since names. Its ETag is its checksum in double quotes; read it again.',
    )
  }
  if (outcome === 'not-modified') return plainAnswer(null, 304, cacheHeaders(content))
  const headers = contentHeaders(content)
  const { sizeBytes } = content
  if (c.req.method === 'HEAD') {
    return plainAnswer(null, 200, { ...headers, 'Content-Length': `${sizeBytes}` })
  }
  const ranges = ifRangeHolds(field('if-range'), content)
    ? selectRanges(field('range'), sizeBytes)
    : 'whole'
  if (ranges === 'unsatisfiable') throw unsatisfiable(c, sizeBytes)
  if (ranges === 'whole') {
    const body = await bodyOf(c, content, { start: 0, end: sizeBytes - 1 })
    return plainAnswer(body, 200, { ...headers, 'Content-Length': `${sizeBytes}` })
  }
  return ranges.length === 1 ? onePart(c, content, ranges) : manyParts(c, content, ranges)
}

async function onePart(
  c: Context<AppEnv>,
  content: Content,
  ranges: ByteRange[],
): Promise<Response> {
  const [range] = ranges
  if (range === undefined) throw new Error('The range set is empty')
  return plainAnswer(await bodyOf(c, content, range), 206, {
    ...contentHeaders(content),
    'Content-Length': `${rangeLength(range)}`,
    'Content-Range': contentRange(range, content.sizeBytes),
  })
}

/** The body of an answer with one range. A short one is read at once: a stream costs more than its bytes. */
async function bodyOf(
  c: Context<AppEnv>,
  content: Content,
  range: ByteRange,
): Promise<Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>> {
  const length = rangeLength(range)
  if (content.bytes && length > 0 && length <= maxBytesAtOnce) {
    return presentOrThrow(content, await content.bytes(range)) as Uint8Array<ArrayBuffer>
  }
  if (length > 0 && c.env && 'fileBody' in c.env) {
    const file = await openFile(content)
    if (file) {
      c.env.fileBody = fileBody(file, range, reportTo(c, content))
      return c.env.fileBody.stream
    }
  }
  // The whole of an empty file is no range.
  const source = await openOrThrow(content, length === content.sizeBytes ? undefined : range)
  return toWebStream(source, length, reportTo(c, content))
}

async function manyParts(
  c: Context<AppEnv>,
  content: Content,
  ranges: ByteRange[],
): Promise<Response> {
  const parts = byteranges(ranges, content.contentType, content.sizeBytes)
  // Opens the first part before the answer begins, so that missing bytes can still change the status.
  let first: Readable | undefined = await openOrThrow(content, ranges[0])
  const stream = parts.stream(async (range) => {
    const opened = first ?? (await openOrThrow(content, range))
    first = undefined
    return opened
  })
  return plainAnswer(toWebStream(stream, parts.sizeBytes, reportTo(c, content)), 206, {
    ...contentHeaders(content),
    'Content-Type': parts.contentType,
    'Content-Length': `${parts.sizeBytes}`,
  })
}

async function openOrThrow(content: Content, range?: ByteRange): Promise<Readable> {
  return presentOrThrow(content, await content.open(range))
}

async function openFile(content: Content): Promise<BlobFile | undefined> {
  const file = await content.openFile?.()
  if (file === undefined || file.sizeBytes === content.sizeBytes) return file
  await file.close()
  throw new Error(`The bytes of ${content.etag} have another size than their record says`)
}

function presentOrThrow<Body>({ etag }: Content, body: Body | undefined): Body {
  if (body === undefined) {
    throw new Error(`The bytes of ${etag} are missing, but their record exists`)
  }
  return body
}

/** Logs a failure after the status is sent. The client sees only a truncated answer. */
function reportTo(c: Context<AppEnv>, { etag }: Content) {
  return (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    c.get('log')({
      severity: 'ERROR',
      message: `The bytes of ${etag} cannot be sent completely: ${reason}`,
      requestId: c.get('requestId'),
    })
  }
}

function unsatisfiable(c: Context, sizeBytes: number): WorkspaceError {
  c.res.headers.set('Content-Range', contentRange(undefined, sizeBytes))
  return new WorkspaceError(
    'range-not-satisfiable',
    `The file has ${sizeBytes} bytes, and no byte of it is in the range; ask for less, or leave Range out.`,
  )
}

/** The headers that a 304 repeats (RFC 9110 §15.4.5), and the policy on cross-origin reads. */
function cacheHeaders({ etag, crossOriginResourcePolicy }: Content) {
  return {
    ETag: etag,
    'Cache-Control': 'private, no-cache',
    'Cross-Origin-Resource-Policy': crossOriginResourcePolicy,
  }
}

function contentHeaders(content: Content) {
  return {
    ...cacheHeaders(content),
    'Accept-Ranges': 'bytes',
    'Content-Type': content.contentType,
    'Content-Disposition': content.contentDisposition,
    'Content-Security-Policy': securityPolicy(content),
    'Last-Modified': content.lastModified.toUTCString(),
    'Repr-Digest': reprDigest(content.checksum),
    'X-Content-Type-Options': 'nosniff',
  }
}
