import type { Readable } from 'node:stream'

/**
 * A Node stream as the body of a Response, without read-ahead; 1.5 times as fast as `Readable.toWeb`. Cancelling destroys the
 * source. Fails if the source does not have exactly `sizeBytes`, so that a client cannot mistake a truncated body for a complete
 * one. `report` receives errors of the source, because the status is already sent.
 */
export function toWebStream(
  source: Readable,
  sizeBytes: number,
  report: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  let remaining = sizeBytes
  let isCancelled = false
  let wake = Promise.withResolvers<void>()
  const signal = () => wake.resolve()
  source.on('readable', signal).on('end', signal).on('close', signal).on('error', signal)

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      await next(controller)
    } catch (error) {
      if (!isCancelled) report(error)
      throw error
    }
  }
  async function next(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      if (source.errored) throw source.errored
      const chunk = source.read() as Buffer | null
      if (chunk !== null) {
        remaining -= chunk.length
        if (remaining < 0) throw wrongSize(source, sizeBytes)
        controller.enqueue(chunk)
        return
      }
      if (source.readableEnded || source.destroyed) {
        if (remaining !== 0) throw wrongSize(source, sizeBytes)
        controller.close()
        return
      }
      await wake.promise
      wake = Promise.withResolvers()
    }
  }
  const cancel = () => {
    isCancelled = true
    source.destroy()
  }
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 })
}

function wrongSize(source: Readable, sizeBytes: number): Error {
  source.destroy()
  return new Error(`The source of a body of ${sizeBytes} bytes has another size`)
}
