import type { Readable } from 'node:stream'
import type { ReadAt } from '../../media/formats/read-at.ts'

/** Reads a file that can only be unpacked from its start. Reopens it for an offset before the current position. */
export class ForwardReader implements AsyncDisposable {
  readonly #open: () => Promise<Readable>
  #body: Readable | undefined
  #chunks: AsyncIterator<Buffer> | undefined
  #rest: Buffer = Buffer.alloc(0)
  #position = 0

  constructor(open: () => Promise<Readable>) {
    this.#open = open
  }

  readonly read: ReadAt = async (offset, bytes) => {
    const chunks = this.#chunks && offset >= this.#position ? this.#chunks : await this.#reopen()
    const end = offset + bytes
    const parts: Buffer[] = []
    while (this.#position < end) {
      if (this.#rest.length === 0) {
        const next = await chunks.next()
        if (next.done === true) break
        this.#rest = next.value
      }
      const part = this.#rest.subarray(0, end - this.#position)
      this.#rest = this.#rest.subarray(part.length)
      parts.push(part.subarray(Math.max(0, offset - this.#position)))
      this.#position += part.length
    }
    return Buffer.concat(parts)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#body?.destroy()
  }

  async #reopen(): Promise<AsyncIterator<Buffer>> {
    this.#body?.destroy()
    this.#body = await this.#open()
    this.#body.on('error', () => undefined)
    this.#rest = Buffer.alloc(0)
    this.#position = 0
    this.#chunks = this.#body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    return this.#chunks
  }
}
