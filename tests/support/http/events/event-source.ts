/** One message of a stream, or a block that only sets the id. */
export interface Message {
  id: string | undefined
  data: string | undefined
}

/** Reads a stream of server-sent events, as far as Coffer writes it: one `data` line, `\n` as the end of a line. */
export class EventSource implements AsyncDisposable {
  readonly comments: string[] = []
  retry: number | undefined
  readonly #reader: ReadableStreamDefaultReader<string>
  #text = ''

  constructor(response: Response) {
    if (!response.body) throw new Error('The answer has no body.')
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  }

  /** The next message. Undefined at the end of the stream. */
  async next(): Promise<Message | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end !== -1) {
        const block = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        const message = this.#parse(block)
        if (message) return message
        continue
      }
      const { value, done } = await this.#reader.read()
      if (done) return undefined
      this.#text += value
    }
  }

  /** The data of the next `count` messages, without blocks that only set the id. */
  async take(count: number): Promise<unknown[]> {
    const taken: unknown[] = []
    while (taken.length < count) {
      const message = await this.next()
      if (!message) throw new Error(`The stream has ended after ${JSON.stringify(taken)}`)
      if (message.data !== undefined) taken.push(JSON.parse(message.data))
    }
    return taken
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch(() => undefined)
  }

  #parse(block: string): Message | undefined {
    const lines = block.split('\n')
    const field = (name: string) =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
    this.comments.push(...lines.filter((line) => line.startsWith(':')))
    const retry = field('retry')
    if (retry !== undefined) this.retry = Number(retry)
    const [id, data] = [field('id'), field('data')]
    return id === undefined && data === undefined ? undefined : { id, data }
  }
}
