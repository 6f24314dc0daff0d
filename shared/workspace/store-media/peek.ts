import { Readable } from 'node:stream'

/** Reads at least `bytes` from a body, or all of a shorter one. Returns them as `head`, and `whole` to read from the start. */
export async function peek(
  body: Readable,
  bytes: number,
): Promise<{ head: Buffer; whole: Readable }> {
  const rest = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
  const firstChunks: Buffer[] = []
  let length = 0
  while (length < bytes) {
    const { done, value } = await rest.next()
    if (done === true) break
    firstChunks.push(value)
    length += value.length
  }
  async function* all() {
    yield* firstChunks
    yield* { [Symbol.asyncIterator]: () => rest }
  }
  const whole = Readable.from(all(), { objectMode: false })
  // Destroying an unread `whole` never starts the generator, so the body is destroyed here.
  whole.once('close', () => body.destroy())
  return { head: Buffer.concat(firstChunks).subarray(0, bytes), whole }
}
