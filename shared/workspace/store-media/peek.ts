import { Readable } from 'node:stream'

/** The first bytes of a body, at least so many unless it ends before, and the whole of it to be read from its start. */
export async function peek(
  body: Readable,
  bytes: number,
): Promise<{ head: Buffer; whole: Readable }> {
  const rest = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
  const begun: Buffer[] = []
  let length = 0
  while (length < bytes) {
    const { done, value } = await rest.next()
    if (done === true) break
    begun.push(value)
    length += value.length
  }
  async function* all() {
    yield* begun
    yield* { [Symbol.asyncIterator]: () => rest }
  }
  const whole = Readable.from(all(), { objectMode: false })
  // A reader that is destroyed before it was ever read never enters the generator.
  whole.once('close', () => body.destroy())
  return { head: Buffer.concat(begun).subarray(0, bytes), whole }
}
