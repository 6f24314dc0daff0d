import { CofferError } from './coffer-error.ts'
import { onAbort } from './on-abort.ts'
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
  return hasXhr ? byXhr : (request) => byFetch(fetcher ?? fetch, request, answerOf)
}

export function networkError(cause?: unknown): CofferError {
  return new CofferError('network', 'The service did not answer.', { cause })
}

/** Sends a request by `fetch`, and reads its answer with `read`. */
export async function byFetch<Result>(
  fetcher: typeof fetch,
  { url, method, headers = {}, body, signal }: Request,
  read: (response: Response) => Result,
): Promise<Awaited<Result>> {
  try {
    return await read(
      await fetcher(url, {
        method,
        headers,
        body: body ?? null,
        signal: signal ?? null,
        redirect: 'manual',
      }),
    )
  } catch (error) {
    signal?.throwIfAborted()
    throw networkError(error)
  }
}

export async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response
  return { status, header: (name) => headers.get(name), text: await response.text() }
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
    xhr.addEventListener('loadend', onAbort(signal, abort))
    xhr.send(body)
  })
}
