import { once } from 'node:events'
import { Socket } from 'node:net'
import { unavailable } from './unavailable.ts'

/** Where a clamd listens: a TCP address, or the path of a Unix socket. */
export type ClamdAddress = { host: string; port: number } | { path: string }

export interface Timeouts {
  /** How long connecting may take. */
  connectTimeoutMs: number
  /** How long clamd may take to accept one frame. */
  idleTimeoutMs: number
  /** How long clamd may take to reply once it has everything: longer than its own `MaxScanTime`. */
  replyTimeoutMs: number
}

/** The longest reply that makes sense: a signature's name and a few words. */
const maxReplyBytes = 4096

type WriteCallback = (error?: Error | null) => void

/**
 * A socket that goes on reading when a write fails: clamd closes its end as soon as a stream is too long for it, and
 * the reply that says so is still to be read. A failed write never calls back; the reading side ends the conversation.
 */
class ReadingSocket extends Socket {
  override _write(chunk: Buffer, encoding: BufferEncoding, callback: WriteCallback): void {
    super._write(chunk, encoding, unlessFailed(callback))
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    callback: WriteCallback,
  ): void {
    super._writev?.(chunks, unlessFailed(callback))
  }
}

function unlessFailed(callback: WriteCallback): WriteCallback {
  return (error) => {
    if (!error) callback()
  }
}

/** One conversation with clamd: a command goes out, perhaps bytes behind it, and one reply comes back. */
export class Connection implements Disposable {
  readonly #socket: Socket
  readonly #timeouts: Timeouts
  readonly #signal: AbortSignal | undefined
  readonly #reply = Promise.withResolvers<string>()
  #received = Buffer.alloc(0)
  #deadline: NodeJS.Timeout | undefined

  private constructor(socket: Socket, timeouts: Timeouts, signal?: AbortSignal) {
    this.#socket = socket
    this.#timeouts = timeouts
    this.#signal = signal
    this.#reply.promise.catch(() => undefined)
    signal?.addEventListener('abort', this.#abort, { once: true })
    socket
      .on('data', (chunk: Buffer) => this.#receive(chunk))
      .on('end', () => this.#reply.resolve(this.#received.toString()))
      .on('error', (error) => this.#reply.reject(unavailable(error)))
      .on('close', () => this.#reply.reject(unavailable('clamd closed the connection')))
  }

  /** Throws `scanner-unavailable` when nobody answers in time, or the signal's reason. */
  static async open(
    address: ClamdAddress,
    timeouts: Timeouts,
    signal?: AbortSignal,
  ): Promise<Connection> {
    signal?.throwIfAborted()
    const inTime = AbortSignal.timeout(timeouts.connectTimeoutMs)
    const socket = new ReadingSocket({ allowHalfOpen: true })
    try {
      socket.connect(address)
      socket.setNoDelay(true)
      await once(socket, 'connect', { signal: signal ? AbortSignal.any([signal, inTime]) : inTime })
      return new Connection(socket, timeouts, signal)
    } catch (error) {
      socket.destroy()
      throw signal?.aborted ? signal.reason : unavailable(error)
    }
  }

  /**
   * The reply without its terminator (NUL, a newline, or the end of the connection). Rejects with `scanner-unavailable`
   * when the connection fails or a time is over, with the signal's reason when aborted.
   */
  get reply(): Promise<string> {
    return this.#reply.promise
  }

  /** Resolves once the system has taken the bytes; never, when clamd takes no more: then `reply` says why. */
  write(parts: Buffer[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const taken = () => {
      clearTimeout(this.#deadline)
      resolve()
    }
    this.#expect(this.#timeouts.idleTimeoutMs, 'clamd accepts no bytes')
    this.#socket.cork()
    parts.forEach((part, index) =>
      this.#socket.write(part, index < parts.length - 1 ? undefined : taken),
    )
    this.#socket.uncork()
    return promise
  }

  /** Says that clamd has everything it needs, and now owes a reply. */
  awaitReply(): Promise<string> {
    this.#expect(this.#timeouts.replyTimeoutMs, 'clamd does not reply')
    return this.reply
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#deadline)
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#socket.destroy()
  }

  readonly #abort = (): void => this.#fail(this.#signal?.reason)

  #fail(reason: unknown): void {
    this.#reply.reject(reason)
    this.#socket.destroy()
  }

  #expect(withinMs: number, violation: string): void {
    if (this.#socket.destroyed) return
    clearTimeout(this.#deadline)
    const late = () => this.#fail(unavailable(`${violation} (waited ${withinMs} ms)`))
    this.#deadline = setTimeout(late, withinMs)
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    const end = this.#received.findIndex((byte) => byte === 0x00 || byte === 0x0a)
    // One command has one reply: bytes behind its terminator make the whole of it suspect.
    if (end === this.#received.length - 1)
      this.#reply.resolve(this.#received.toString('utf8', 0, end))
    else if (end >= 0) this.#fail(unavailable('clamd sent more than one reply'))
    else if (this.#received.length > maxReplyBytes)
      this.#fail(unavailable('clamd sent no reply, but too much'))
  }
}
