import type { Context, MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app-env.ts'

interface DrainLimits {
  maxBytes: number
  seconds: number
}

const drainLimits: DrainLimits = { maxBytes: 64 * 1024 * 1024, seconds: 5 }

/**
 * Middleware for answers that are sent before the body is read completely. Closing a connection with unread bytes resets it, and
 * many clients then report the reset instead of the answer. So the answer is sent immediately with `Connection: close`, and its
 * stream ends only after the rest of the body is read and dropped, within `limits` (RFC 9112 §9.6).
 */
export function answerBeforeEnd(limits = drainLimits): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next()
    if (!hasUnreadBody(c)) return
    const { status, headers, body } = c.res
    const answer = body?.getReader()
    const firstReads = headers.has('Content-Length') ? [] : await readTwice(answer)
    const isWhole = firstReads.at(-1)?.done === true
    if (isWhole && status !== 204 && status !== 304) {
      const length = firstReads.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
      headers.set('Content-Length', `${length}`)
    }
    headers.set('Connection', 'close')
    const delayed = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { value } = firstReads.shift() ?? (await answer?.read()) ?? {}
          if (value) {
            controller.enqueue(value)
            return
          }
          await drain(c, limits)
          controller.close()
        },
        cancel: (reason) => answer?.cancel(reason),
      },
      { highWaterMark: 0 },
    )
    c.res = undefined
    c.res = new Response(delayed, { status, headers })
  }
}

type Answer = ReadableStreamDefaultReader<Uint8Array>

/** Reads an answer twice. The second read shows whether the answer is a single chunk, whose length is then known. */
async function readTwice(
  answer: Answer | undefined,
): Promise<{ done: boolean; value?: Uint8Array | undefined }[]> {
  const first = await answer?.read()
  if (!answer || !first || first.done) return [{ done: true }]
  return [first, await answer.read()]
}

/** Reads and drops the rest of the request's body. Resolves at its end, at a limit, or when the client disconnects. */
async function drain(c: Context<AppEnv>, { maxBytes, seconds }: DrainLimits): Promise<void> {
  const { incoming } = c.env ?? {}
  if (!incoming || incoming.readableEnded || incoming.destroyed) return
  const { promise, resolve } = Promise.withResolvers<void>()
  let readBytes = 0
  const count = (chunk: Buffer) => {
    readBytes += chunk.length
    if (readBytes > maxBytes) resolve()
  }
  const deadline = setTimeout(resolve, seconds * 1000)
  incoming.on('data', count).on('end', resolve).on('error', resolve).on('close', resolve).resume()
  await promise
  clearTimeout(deadline)
  incoming.off('data', count).pause()
}

function hasUnreadBody(c: Context<AppEnv>): boolean {
  const incoming = c.env?.incoming
  if (!incoming || incoming.complete || c.env.outgoing?.headersSent) return false
  const isChunked = c.req.header('Transfer-Encoding') !== undefined
  return isChunked || (c.req.header('Content-Length') ?? '0') !== '0'
}
