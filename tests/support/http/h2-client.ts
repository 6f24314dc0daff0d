import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'

export interface H2Answer {
  status: number
  headers: Headers
  body: string
}

/** Sends one unmodified request over HTTP/2 without TLS. Sends the body until the server stops reading. */
export async function requestH2(
  origin: string,
  asked: OutgoingHttpHeaders,
  body?: Buffer | Readable,
): Promise<H2Answer> {
  const session = connect(origin)
  try {
    const stream = session.request({ ':method': 'POST', ...asked }, { endStream: false })
    const answered = Promise.withResolvers<IncomingHttpHeaders & { ':status'?: number }>()
    stream.on('error', answered.reject)
    session.on('error', answered.reject)
    stream.once('response', answered.resolve)
    if (body === undefined || Buffer.isBuffer(body)) stream.end(body)
    else body.pipe(stream)
    const { ':status': status = 0, ...given } = await answered.promise
    const text = await buffer(stream)
    // Drops the symbol property that Node.js adds.
    const headers = new Headers(Object.entries(given).map(([name, value]) => [name, String(value)]))
    return { status, headers, body: text.toString() }
  } finally {
    session.destroy()
  }
}
