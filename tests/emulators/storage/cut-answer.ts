import type { ServerResponse } from 'node:http'
import type { Cut } from './faults.ts'

/** Sends the first half of a response with a body, or only its header fields, then cuts it. */
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
    // Reset only after the bytes written before have been sent.
    return void response.socket?.write('', reset)
  }
  response.write(half, reset)
}
