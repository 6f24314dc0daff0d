import type { Context } from 'hono'
import { createHash } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { markExpendable } from '../../ports/chunk-memory.ts'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { AppEnv } from '../app-env.ts'
import { sendContinue } from './expect-continue.ts'

export const idleSeconds = 30

/**
 * The size of the buffer between connection and storage. It has space for several chunks, so that neither side waits for the
 * other.
 */
const bufferedBytes = 256 * 1024

/** The Functions Framework reads the body before the handler runs. */
type BufferedMessage = IncomingMessage & { rawBody?: Buffer }

const claimed = new WeakSet<object>()

/** The `Content-Length` that the client declared; undefined for a chunked body. */
export function declaredLength(c: Context<AppEnv>): number | undefined {
  const field = c.req.header('content-length')
  if (field === undefined) return undefined
  const length = Number(field)
  if (!/^\d+$/.test(field) || !Number.isSafeInteger(length)) {
    throw invalid('Content-Length', 'must be a number of bytes in decimal digits')
  }
  return length
}

export interface BodyOptions {
  /** The longest pause between two chunks. */
  idleSeconds?: number
  /** The expected SHA-256 in hex. */
  checksum?: string | undefined
}

/**
 * The request's body as a stream, which can be opened once. The stream fails with `invalid-request` if it ends before its
 * declared length, with `timeout` if a reader waits longer than the idle limit, and with `digest-mismatch` instead of its end if
 * the checksum differs. A writer of a failed body must discard its bytes. Destroying the stream keeps the connection open, so
 * that an error can still be answered. Throws `unsupported-type` for a content coding.
 */
export function bodyStream(c: Context<AppEnv>, options: BodyOptions = {}): Readable {
  const coding = c.req.header('content-encoding')?.trim().toLowerCase()
  if (coding !== undefined && coding !== '' && coding !== 'identity') {
    throw new WorkspaceError(
      'unsupported-type',
      `Content-Encoding "${coding}" is not accepted; send the bytes as they are.`,
    )
  }
  return guard(claim(c), {
    declaredBytes: declaredLength(c),
    idleMilliseconds: (options.idleSeconds ?? idleSeconds) * 1000,
    checksum: options.checksum,
    begin: () => sendContinue(c),
  })
}

/** The unread source of the body. Throws if it has been read. */
function claim(c: Context<AppEnv>): Readable {
  const incoming: BufferedMessage | undefined = c.env?.incoming
  const buffered = incoming?.rawBody
  const owner = incoming ?? c.req.raw
  if (claimed.has(owner) || c.req.raw.bodyUsed || (incoming?.readableDidRead && !buffered)) {
    throw new Error('The request body has been read already')
  }
  claimed.add(owner)
  if (buffered) return Readable.from(buffered, { objectMode: false })
  // Reads the Node stream directly: a web stream in between costs a third of the throughput.
  if (incoming) return incoming
  return c.req.raw.body ? Readable.fromWeb(c.req.raw.body) : Readable.from([])
}

interface Guard {
  declaredBytes: number | undefined
  idleMilliseconds: number
  checksum: string | undefined
  /** Runs at the first read. */
  begin: () => void
}

/** Wraps a source in the checks of `bodyStream`. */
function guard(source: Readable, expected: Guard): Readable {
  const { declaredBytes, idleMilliseconds, checksum, begin } = expected
  // Hashes here, because a separate stage takes a tenth of the time of a large upload.
  const hash = checksum === undefined ? undefined : createHash('sha256')
  // The chunks of a connection have no other reader, so their memory may be reused.
  const isFresh = source instanceof IncomingMessage
  let receivedBytes = 0
  let idle: NodeJS.Timeout | undefined
  const body = new Readable({
    highWaterMark: bufferedBytes,
    read() {
      if (idle === undefined) {
        start()
      } else if (source.isPaused()) {
        idle.refresh()
        source.resume()
      }
    },
    destroy(error, done) {
      release()
      if (!source.readableEnded) source.pause()
      done(error)
    },
  })
  function release(): void {
    clearTimeout(idle)
    source.off('data', receive).off('end', finish).off('close', cutOff)
  }
  function start(): void {
    idle = setTimeout(expire, idleMilliseconds)
    begin()
    if (source.destroyed) cutOff()
    else source.on('data', receive).on('end', finish).on('close', cutOff).on('error', cutOff)
  }
  function receive(chunk: Buffer): void {
    receivedBytes += chunk.length
    hash?.update(chunk)
    idle?.refresh()
    if (isFresh) markExpendable(chunk)
    if (!body.push(chunk)) source.pause()
  }
  function finish(): void {
    release()
    if (declaredBytes !== undefined && receivedBytes !== declaredBytes) cutOff()
    else if (hash?.digest('hex') !== checksum) body.destroy(mismatch())
    else body.push(null)
  }
  function cutOff(): void {
    body.destroy(truncated(receivedBytes, declaredBytes))
  }
  function expire(): void {
    if (source.isPaused()) idle?.refresh()
    else body.destroy(tooSlow(idleMilliseconds / 1000))
  }
  return body
}

function truncated(receivedBytes: number, declaredBytes: number | undefined): WorkspaceError {
  const promised = declaredBytes === undefined ? 'before its end' : `of ${declaredBytes} bytes`
  return invalid('body', `was cut off after ${receivedBytes} ${promised}; send it again, whole`)
}

function tooSlow(seconds: number): WorkspaceError {
  return new WorkspaceError(
    'timeout',
    `No byte of the body arrived for ${seconds} s. Send it again, without such a pause.`,
  )
}

function mismatch(): WorkspaceError {
  return new WorkspaceError(
    'digest-mismatch',
    'The bytes that arrived do not have the digest that the request announced. Nothing was kept: send them again.',
  )
}
