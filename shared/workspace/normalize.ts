import { Readable } from 'node:stream'
import { tooLarge } from '../model/errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { NormalizeOptions } from '../ports/renderer.ts'

/**
 * Re-encodes an uploaded image: upright, without metadata, within bounds. The result fails with `unsupported-type` if the
 * body is not an image that can be re-encoded, and with `too-large` if the original exceeds the file limit.
 */
export function normalizedBody(
  { renderer, limits }: Pick<Ports, 'renderer' | 'limits'>,
  body: Readable,
  options: NormalizeOptions,
): Readable {
  // The body can fail before the renderer reads it. Reading it later throws the error.
  body.on('error', () => undefined)
  return Readable.from(
    (async function* () {
      const original = Readable.from(limited(body, limits.maxFileBytes))
      yield* await renderer.normalize(original, options)
    })(),
    { objectMode: false },
  )
}

async function* limited(body: Readable, maxBytes: number) {
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    yield chunk
  }
}
