import type { IncomingMessage } from 'node:http'
import { finished, pipeline, Transform, type Readable } from 'node:stream'
import { WorkspaceError } from '../../model/errors.ts'
import { sourceTooLarge } from '../../media/source-refusals.ts'
import { contentDecoder } from './content-coding.ts'
import { brokenBody, tooSlow } from './fetch-refusals.ts'

export interface BodyLimits {
  /** Of the file, decoded. */
  maxBytes: number
  /** How long the server may send nothing while there is room for more. */
  idleSeconds: number
}

/**
 * The bytes of an answer, decoded, no more than `maxBytes` of them. The stream ends only where the answer is whole: one that
 * is cut off, stalls, grows too large or decodes badly is destroyed with a `WorkspaceError`, an abort with the signal's
 * reason. Destroying it closes the connection.
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
  // Who comes late to the body still finds it failed; until then the error is nobody's to crash on.
  body.on('error', () => undefined)
  decoded.pipe(body)
  return body
}

/** What went wrong, in the words that a caller may see; what was meant for them already stays as it is. */
function refusalOf(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason as Error
  return error instanceof WorkspaceError ? error : brokenBody(error)
}

function decode(response: IncomingMessage, decoder: Transform, maxBytes: number): Readable {
  const coded = new Transform({ transform: countUpTo(maxCodedBytes(maxBytes), maxBytes) })
  pipeline([response, coded, decoder], () => undefined)
  return decoder
}

/** No coding makes anything much longer than it was; one that goes on and yields nothing is a bomb too. */
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

/** While bytes wait to be read here, it is the reader who is slow, not the server. */
function stopWhenIdle(response: IncomingMessage, milliseconds: number, stop: AbortController) {
  const { socket } = response
  socket.setTimeout(milliseconds, () => {
    if (response.readableLength > 0) socket.setTimeout(milliseconds)
    else stop.abort(tooSlow())
  })
}
