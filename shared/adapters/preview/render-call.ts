import { once } from 'node:events'
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

export interface RenderService {
  /** `https:` in the cloud; HTTP/2 without TLS on loopback. */
  origin: string
  /** Resolves to the value of `Authorization`. */
  authorize?: (() => Promise<string>) | undefined
  timeouts?: Partial<RenderTimeouts>
}

export interface RenderTimeouts {
  /** Limit for one connection and for one token. */
  connectMs: number
  /** Delays before further attempts to connect. */
  retryDelaysMs: readonly number[]
  /** Limit without a byte in either direction. Longer than a rendering, including its wait for a slot. */
  silentMs: number
}

const defaultTimeouts: RenderTimeouts = {
  connectMs: 10_000,
  retryDelaysMs: [200, 1000],
  silentMs: 150_000,
}

export interface RenderCall {
  path: string
  contentType: string
  /** Called after the connection succeeds, so that failed attempts do not read the source. */
  open: () => Promise<Readable>
  signal: AbortSignal | undefined
}

export interface RenderAnswer {
  status: number
  retryAfter: string | undefined
  /** Fails with an `Outage` if the response is truncated. */
  body: AsyncIterable<Buffer>
  /** Ends the connection, which cancels the rendering. */
  close: () => void
}

/** The service does not respond, or not completely. */
export class Outage extends Error {
  override readonly name = 'Outage'
}

/**
 * Sends one request on a new connection and resolves to the head of the response. Uses HTTP/2, because Cloud Run accepts at most
 * 32 MiB over HTTP/1 (https://cloud.google.com/run/quotas). Throws an `Outage`, the error of the source, or the signal's reason.
 */
export async function callRenderService(
  service: RenderService,
  { path, contentType, open, signal }: RenderCall,
): Promise<RenderAnswer> {
  const { connectMs, retryDelaysMs, silentMs } = { ...defaultTimeouts, ...service.timeouts }
  const authorization = await authorizationOf(service, connectMs)
  const session = await connectWithRetries(service.origin, { connectMs, retryDelaysMs, signal })
  const close = () => session.destroy()
  try {
    const source = await open()
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': contentType,
      ...(authorization !== undefined && { authorization }),
    })
    stream.setTimeout(silentMs, () => stream.destroy(new Outage(`No byte for ${silentMs} ms`)))
    const head = await exchange(stream, source, signal)
    return {
      status: head[':status'] ?? 0,
      retryAfter: head['retry-after'],
      body: received(stream, signal),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

async function authorizationOf(
  { authorize, origin }: RenderService,
  limitMs: number,
): Promise<string | undefined> {
  if (!authorize) return undefined
  const late = delay(limitMs, undefined, { ref: false }).then(() => {
    throw new Error(`No ID token in ${limitMs} ms`)
  })
  return Promise.race([authorize(), late]).catch((cause: unknown) => {
    throw new Outage(`No ID token for ${origin}`, { cause })
  })
}

/** Connects, with retries. */
async function connectWithRetries(
  origin: string,
  {
    connectMs,
    retryDelaysMs,
    signal,
  }: Omit<RenderTimeouts, 'silentMs'> & Pick<RenderCall, 'signal'>,
): Promise<ClientHttp2Session> {
  for (const delayMs of retryDelaysMs) {
    signal?.throwIfAborted()
    const session = await connected(origin, connectMs).catch(() => undefined)
    if (session) return session
    await delay(delayMs * (0.5 + Math.random() / 2))
  }
  signal?.throwIfAborted()
  return connected(origin, connectMs)
}

async function connected(origin: string, limitMs: number): Promise<ClientHttp2Session> {
  const session = connect(origin)
  // The stream also reports later errors.
  session.on('error', () => undefined)
  try {
    await once(session, 'connect', { signal: AbortSignal.timeout(limitMs) })
    return session
  } catch (cause) {
    session.destroy()
    throw new Outage(`${origin} cannot be reached`, { cause })
  }
}

type Head = IncomingHttpHeaders & IncomingHttpStatusHeader

async function exchange(
  stream: ClientHttp2Stream,
  source: Readable,
  signal: AbortSignal | undefined,
): Promise<Head> {
  const { promise, resolve, reject } = Promise.withResolvers<Head>()
  const abort = () => {
    reject(signal?.reason)
    stream.close(constants.NGHTTP2_CANCEL)
  }
  stream.once('response', resolve)
  stream.on('error', (cause) => reject(asOutage(cause)))
  stream.once('close', () => {
    signal?.removeEventListener('abort', abort)
    reject(new Outage('The connection ended before an answer'))
  })
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  send(source, stream).catch(reject)
  return promise
}

/** Stops early if the service closes the stream. Throws only the source's errors. */
async function send(source: Readable, stream: ClientHttp2Stream): Promise<void> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (stream.closed || stream.destroyed) return
    if (!stream.write(chunk)) await drained(stream)
  }
  stream.end()
}

function drained(stream: ClientHttp2Stream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const settle = () => {
    stream.off('drain', settle).off('close', settle)
    resolve()
  }
  stream.on('drain', settle).on('close', settle)
  if (stream.closed || stream.destroyed) settle()
  return promise
}

async function* received(stream: ClientHttp2Stream, signal: AbortSignal | undefined) {
  try {
    for await (const chunk of stream) yield chunk as Buffer
  } catch (error) {
    signal?.throwIfAborted()
    throw asOutage(error)
  }
  signal?.throwIfAborted()
  // A reset stream or a lost connection may end the stream without an error.
  if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) {
    throw new Outage('The answer was cut off')
  }
}

function asOutage(cause: unknown): Outage {
  return cause instanceof Outage ? cause : new Outage('The connection failed', { cause })
}
