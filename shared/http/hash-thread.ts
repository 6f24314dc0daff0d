import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads'

/** Of the two halves of a hash's memory one is filled while the other one is hashed. */
const halfBytes = 512 * 1024

/** Hashes at once: where more come together, a thread for all of them is no gain, and the memory of each counts. */
const maxHashes = 4

/** Begins a hash on the thread: where its bytes will be, and who sends `HashMessage`s and is answered. */
export interface HashRequest {
  memory: SharedArrayBuffer
  port: MessagePort
}

/** A range of the memory, answered by null once it is hashed; or null, answered by the digest in hex. */
export type HashMessage = { start: number; end: number } | null

/**
 * A second thread that hashes, for uploads so large that hashing on the thread that moves their bytes would hold them up.
 * It starts with the first hash and serves all; whoever made it ends it. It keeps no process running.
 */
export class HashThread implements AsyncDisposable {
  #worker: Worker | undefined
  #hashes = 0

  /** A SHA-256 that is fed in pieces; undefined where the thread has as many as it takes. */
  sha256(): ThreadedHash | undefined {
    if (this.#hashes === maxHashes) return undefined
    this.#hashes += 1
    this.#worker ??= this.#start()
    const { port1, port2 } = new MessageChannel()
    const memory = new SharedArrayBuffer(2 * halfBytes)
    this.#worker.postMessage({ memory, port: port2 } satisfies HashRequest, [port2])
    port1.once('close', () => (this.#hashes -= 1))
    return new ThreadedHash(port1, Buffer.from(memory))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL('hash-worker.js', import.meta.url))
    worker.unref()
    // Its hashes fail as their ports close, and the next one starts another.
    worker.on('error', () => undefined)
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined
    })
    return worker
  }
}

/** One hash on the thread. Where the thread has ended, or the hash was disposed, its promises reject. */
export class ThreadedHash implements Disposable {
  readonly #port: MessagePort
  readonly #memory: Buffer
  #start = 0
  #filledBytes = 0
  #hashed: Promise<unknown> = Promise.resolve()
  #answer: PromiseWithResolvers<string | null> | undefined
  #isClosed = false

  constructor(port: MessagePort, memory: Buffer) {
    this.#port = port
    this.#memory = memory
    port.on('message', (answer: string | null) => this.#answer?.resolve(answer))
    port.once('close', () => {
      this.#isClosed = true
      this.#answer?.reject(ended())
    })
    port.unref()
  }

  /** Takes a copy of a chunk: at once, or with a promise where the thread has to catch up first. */
  update(chunk: Buffer): Promise<void> | undefined {
    if (chunk.length >= halfBytes - this.#filledBytes) return this.#updateInParts(chunk)
    this.#filledBytes += chunk.copy(this.#memory, this.#start + this.#filledBytes)
    return undefined
  }

  /** The digest in hex, of everything that was taken. */
  async digest(): Promise<string> {
    await this.#turnOver()
    await this.#hashed
    return (await this.#ask(null)) ?? ''
  }

  [Symbol.dispose](): void {
    this.#port.close()
  }

  async #updateInParts(chunk: Buffer): Promise<void> {
    for (let rest = chunk; rest.length > 0;) {
      const filledEnd = this.#start + this.#filledBytes
      const copiedBytes = rest.copy(this.#memory, filledEnd, 0, halfBytes - this.#filledBytes)
      this.#filledBytes += copiedBytes
      rest = rest.subarray(copiedBytes)
      if (this.#filledBytes === halfBytes) await this.#turnOver()
    }
  }

  /** Has the filled half hashed, once the other one is free to be filled. */
  async #turnOver(): Promise<void> {
    await this.#hashed
    this.#hashed = this.#ask({ start: this.#start, end: this.#start + this.#filledBytes })
    // A failure is met at the next turn, if there is one.
    this.#hashed.catch(() => undefined)
    this.#start = this.#start === 0 ? halfBytes : 0
    this.#filledBytes = 0
  }

  async #ask(message: HashMessage): Promise<string | null> {
    if (this.#isClosed) throw ended()
    this.#answer = Promise.withResolvers()
    this.#port.postMessage(message, [])
    return this.#answer.promise
  }
}

function ended(): Error {
  return new Error('The thread that hashes has ended')
}
