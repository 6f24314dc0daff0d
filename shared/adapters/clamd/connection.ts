import { once } from 'node:events'
import { Socket } from 'node:net'
import { unavailable } from './unavailable.ts'

/** A TCP address or the path of a Unix socket. */
export type ClamdAddress = { host: string; port: number } | { path: string }

export interface Timeouts {
  /** Limit for connecting. */
  connectTimeoutMs: number
  /** Limit for clamd to accept one frame. */
  idleTimeoutMs: number
  /** Limit for the reply after the last byte. Must be longer than clamd's `MaxScanTime`. */
  replyTimeoutMs: number
}

/** Ample for the name of a signature and a few words. */
const maxReplyBytes = 4096

type WriteCallback = (error?: Error | null) => void

/**
 * A socket that continues to read after a write fails. clamd closes its end when a stream exceeds its limit, and its reply must
 * still be read. A failed write never calls back. The reading side ends the connection.
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

/** One exchange with clamd: a command, optional data, and one reply. */
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

  /** Connects. Throws `scanner-unavailable` if clamd does not accept in time, or the signal's reason. */
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
   * The reply without its terminator (NUL, a newline, or the end of the connection). Rejects with `scanner-unavailable` if the
   * connection fails or a timeout expires, with the signal's reason on abort.
   */
  get reply(): Promise<string> {
    return this.#reply.promise
  }

  /** Resolves once the system has accepted the bytes. Never resolves if clamd accepts no more bytes. Then `reply` rejects. */
  write(parts: Buffer[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const accepted = () => {
      clearTimeout(this.#deadline)
      resolve()
    }
    this.#expect(this.#timeouts.idleTimeoutMs, 'clamd accepts no bytes')
    this.#socket.cork()
    parts.forEach((part, index) =>
      this.#socket.write(part, index < parts.length - 1 ? undefined : accepted),
    )
    this.#socket.uncork()
    return promise
  }

  /** Starts the reply timeout. Call after the last byte. */
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
    // One command has one reply. A reply with bytes after its terminator cannot be trusted.
    if (end === this.#received.length - 1)
      this.#reply.resolve(this.#received.toString('utf8', 0, end))
    else if (end >= 0) this.#fail(unavailable('clamd sent more than one reply'))
    else if (this.#received.length > maxReplyBytes)
      this.#fail(unavailable('clamd sent an endless reply'))
  }
}
