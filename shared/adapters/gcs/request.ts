import { text } from 'node:stream/consumers'
import type { GoogleCredentials } from '../google/credentials.ts'
import { HttpError, isSuccess, send, type HttpRequest, type HttpResponse } from '../google/http.ts'
import type { Endpoint } from './endpoint.ts'

const uploadPath = '/upload/storage/v1'

/** Query parameters. Undefined omits one. */
export type Query = Record<string, string | number | undefined>

export interface ApiRequest extends HttpRequest {
  query?: Query
  /** Sent as JSON, in place of `body`. */
  json?: object
  /** Default: the end of `stallMs`. */
  signal?: AbortSignal
  /** Uploads have another base path. */
  isUpload?: true
}

/**
 * Sends a request to the JSON API. `stallMs` limits the time until the head of the response. Throws an `HttpError` for a
 * status that is not a success.
 */
export async function sendRequest(
  { endpoint, credentials }: { endpoint: Endpoint; credentials: GoogleCredentials },
  stallMs: number,
  path: string,
  { query = {}, json, headers, isUpload, signal, ...request }: ApiRequest = {},
): Promise<HttpResponse> {
  const stalled = new AbortController()
  const timer = setTimeout(() => stalled.abort(), stallMs)
  const base = endpoint.origin + (isUpload ? uploadPath : endpoint.path)
  try {
    const response = await send(`${base}${path}?${encoded(query)}`, {
      ...request,
      headers: {
        Authorization: `Bearer ${await credentials.accessToken()}`,
        ...(json && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(json && { body: JSON.stringify(json) }),
      signal: signal ?? stalled.signal,
    })
    if (isSuccess(response)) return response
    throw new HttpError(response, await text(response.body))
  } finally {
    clearTimeout(timer)
  }
}

function encoded(query: Query): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(key, String(value))
  }
  return parameters.toString()
}

export function objectPath(bucket: string, name: string): string {
  return `/b/${bucket}/o/${encodeURIComponent(name)}`
}
