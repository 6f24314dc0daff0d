import type { ServerResponse } from 'node:http'
import type { Cut } from './faults.ts'

/** Sends the first half of an answer that has a body, or the header fields alone, and cuts it there. */
export function sendCut(
  response: ServerResponse,
  answer: { status: number; headers: Record<string, string>; body: Buffer },
  at: Cut,
): void {
  const { status, headers, body } = answer
  const isOfLength = at === 'headers' || at === 'length'
  response.writeHead(status, {
    ...headers,
    ...(isOfLength ? { 'Content-Length': body.length } : { 'Transfer-Encoding': 'chunked' }),
  })
  const half = body.subarray(0, body.length / 2)
  if (at === 'ended') return void response.end(half)
  const reset = () => response.socket?.resetAndDestroy()
  if (at === 'headers') {
    response.flushHeaders()
    // The reset must not overtake the bytes that were written before it.
    return void response.socket?.write('', reset)
  }
  response.write(half, reset)
}
