import type { Readable } from 'node:stream'

/**
 * Yields the chunks of a body, with backpressure. Throws the body's errors unchanged, or the signal's reason on abort. Destroys the
 * body when the reader stops early.
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
