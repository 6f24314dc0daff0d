import type { Readable } from 'node:stream'

/**
 * The chunks of a body, with backpressure. Throws the body's own errors as they are, and the signal's reason as soon as
 * it aborts; the body is destroyed when the reader stops early.
 */
export async function* readBody(
  body: Readable,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const stop = () => body.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    signal?.throwIfAborted()
    for await (const chunk of body) {
      yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    }
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  } finally {
    signal?.removeEventListener('abort', stop)
    body.destroy()
  }
}
