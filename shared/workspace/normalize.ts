import { Readable } from 'node:stream'
import { tooLarge } from '../model/errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { NormalizeOptions } from '../ports/renderer.ts'

/**
 * An upload's image written anew: upright, without metadata, within bounds. The body fails with `unsupported-type` where
 * it is no image that can be, and with `too-large` as soon as the original is.
 */
export function normalizedBody(
  { renderer, limits }: Pick<Ports, 'renderer' | 'limits'>,
  body: Readable,
  options: NormalizeOptions,
): Readable {
  // A body may fail before the renderer has begun to read it; reading it throws what it was.
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
