import { holdRequest } from '../../support/http/raw-http.ts'

export interface Session {
  /** Sends `bytes[start, end)` with its `Content-Range`. */
  send(start: number, end: number): Promise<Response>
  /** Declares `bytes[start, end)`, sends `count` of them, and closes the connection. */
  sendAndCut(start: number, end: number, count: number): Promise<void>
  put(body: Buffer, headers: Record<string, string>): Promise<Response>
  status(): Promise<Response>
  cancel(): Promise<Response>
}

/** A client of the Cloud Storage resumable protocol. It sends no token, because the URL is the credential. */
export function openSession(url: string, bytes: Buffer): Session {
  const call = (method: string, headers: Record<string, string>, body?: Buffer) =>
    fetch(url, { method, headers, body: body === undefined ? null : new Uint8Array(body) })
  const contentRange = (start: number, end: number) => `bytes ${start}-${end - 1}/${bytes.length}`
  return {
    send: (start, end) =>
      call('PUT', { 'content-range': contentRange(start, end) }, bytes.subarray(start, end)),
    async sendAndCut(start, end, count) {
      const held = holdRequest(url, 'PUT', {
        'content-range': contentRange(start, end),
        'content-length': String(end - start),
      })
      await held.write(bytes.subarray(start, start + count))
      held.cut()
    },
    put: (body, headers) => call('PUT', headers, body),
    status: () => call('PUT', { 'content-range': `bytes */${bytes.length}` }),
    cancel: () => call('DELETE', {}),
  }
}
