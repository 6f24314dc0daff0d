import type { IncomingMessage } from 'node:http'
import { finished, pipeline, Transform, type Readable } from 'node:stream'
import { WorkspaceError } from '../../model/errors.ts'
import { sourceTooLarge } from '../../media/source-refusals.ts'
import { contentDecoder } from './content-coding.ts'
import { brokenBody, tooSlow } from './fetch-refusals.ts'

interface BodyLimits {
  /** Limit of the decoded file. */
  maxBytes: number
  /** Limit for a pause of the server while the buffer has room. */
  idleSeconds: number
}

/**
 * Streams the decoded body of a response, at most `maxBytes`. The stream ends only if the response is complete. It is destroyed with
 * a `WorkspaceError` if the response is truncated, stalls, is too large or cannot be decoded, with the signal's reason on abort.
 * Destroying the stream closes the connection.
 */
export function receiveBody(
  response: IncomingMessage,
  { maxBytes, idleSeconds }: BodyLimits,
  stop: AbortController,
  signal: AbortSignal,
): Readable {
  const decoder = contentDecoder(response.headers['content-encoding'])
  if (!decoder && Number(response.headers['content-length'] ?? 0) > maxBytes) {
    throw sourceTooLarge(maxBytes)
  }
  stopWhenIdle(response, idleSeconds * 1000, stop)
  const decoded = decoder ? decode(response, decoder, maxBytes) : response
  const body = new Transform({ transform: countUpTo(maxBytes, maxBytes) })
  finished(decoded, (error) => {
    if (error) body.destroy(refusalOf(error, signal))
  })
  signal.addEventListener('abort', () => body.destroy(signal.reason as Error), { once: true })
  body.once('close', () => response.destroy())
  // The body may fail before it is read. A later reader still gets the error.
  body.on('error', () => undefined)
  decoded.pipe(body)
  return body
}

/** Converts an error to one that the caller may see. */
function refusalOf(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason as Error
  return error instanceof WorkspaceError ? error : brokenBody(error)
}

function decode(response: IncomingMessage, decoder: Transform, maxBytes: number): Readable {
  const coded = new Transform({ transform: countUpTo(maxCodedBytes(maxBytes), maxBytes) })
  pipeline([response, coded, decoder], () => undefined)
  return decoder
}

/** The limit of the encoded bytes, because a coding can consume endless input without output. No coding adds more bytes. */
function maxCodedBytes(maxBytes: number): number {
  return maxBytes + Math.ceil(maxBytes / 64) + 64 * 1024
}

function countUpTo(limitBytes: number, maxBytes: number) {
  let bytes = 0
  return (chunk: Buffer, _: unknown, done: (error: Error | null, chunk?: Buffer) => void) => {
    bytes += chunk.length
    if (bytes > limitBytes) done(sourceTooLarge(maxBytes))
    else done(null, chunk)
  }
}

/** Stops a server that sends nothing. If received bytes are still unread, the reader is slow, not the server. */
function stopWhenIdle(response: IncomingMessage, milliseconds: number, stop: AbortController) {
  const { socket } = response
  socket.setTimeout(milliseconds, () => {
    if (response.readableLength > 0) socket.setTimeout(milliseconds)
    else stop.abort(tooSlow())
  })
}
