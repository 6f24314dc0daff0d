import { CofferError } from './coffer-error.ts'
import type { Answer } from './types.ts'

export interface Request {
  method: string
  url: string
  headers?: Record<string, string>
  body?: Blob | FormData | string | undefined
  signal?: AbortSignal | undefined
  /** The bytes of the body that have been sent. Only where the platform reports them. */
  onSent?: (bytes: number) => void
}

export type Send = (request: Request) => Promise<Answer>

interface Xhr {
  status: number
  responseText: string
  upload: {
    addEventListener(type: 'progress', listener: (event: { loaded: number }) => void): void
  }
  addEventListener(type: 'load' | 'error' | 'abort' | 'loadend', listener: () => void): void
  open(method: string, url: string): void
  setRequestHeader(name: string, value: string): void
  getResponseHeader(name: string): string | null
  send(body?: unknown): void
  abort(): void
}
declare const XMLHttpRequest: (new () => Xhr) | undefined

/** XHR in browsers, because only it reports the progress of a body there. */
export function senderOf(fetcher: typeof fetch | undefined): Send {
  const hasXhr = fetcher === undefined && typeof XMLHttpRequest !== 'undefined'
  return hasXhr ? byXhr : byFetch(fetcher ?? fetch)
}

export function networkError(cause?: unknown): CofferError {
  return new CofferError('network', 'The service did not answer.', { cause })
}

function byFetch(fetcher: typeof fetch): Send {
  return async ({ method, url, headers = {}, body, signal }) => {
    try {
      const response = await fetcher(url, {
        method,
        headers,
        redirect: 'manual',
        body: body ?? null,
        signal: signal ?? null,
      })
      const text = await response.text()
      return { status: response.status, header: (name) => response.headers.get(name), text }
    } catch (error) {
      signal?.throwIfAborted()
      throw networkError(error)
    }
  }
}

function byXhr({ method, url, headers = {}, body, signal, onSent }: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const xhr = new (XMLHttpRequest as new () => Xhr)()
    const abort = () => xhr.abort()
    xhr.open(method, url)
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    if (onSent) xhr.upload.addEventListener('progress', ({ loaded }) => onSent(loaded))
    xhr.addEventListener('load', () => {
      const { status, responseText: text } = xhr
      resolve({ status, header: (name) => xhr.getResponseHeader(name), text })
    })
    xhr.addEventListener('error', () => reject(networkError()))
    xhr.addEventListener('abort', () => reject(signal?.reason as Error))
    xhr.addEventListener('loadend', () => signal?.removeEventListener('abort', abort))
    signal?.addEventListener('abort', abort)
    xhr.send(body)
  })
}
