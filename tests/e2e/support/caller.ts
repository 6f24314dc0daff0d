import { expect } from 'vitest'
import { multipart, type Part } from '../../support/http/multipart.ts'
import { rawRequest, type RawRequest, type RawResponse } from '../../support/http/raw-http.ts'
import { expectDocumented } from './documented.ts'
import type { FileRecord, ListPage, UploadTicket, Usage } from './record.ts'

/** A body that `fetch` accepts. */
export type Body = NonNullable<RequestInit['body']>

export interface CallOptions extends RequestInit {
  query?: Record<string, string | number | boolean>
  headers?: Record<string, string>
  /** Sent as JSON. */
  json?: unknown
}

const pollOptions = { timeout: 15_000, interval: 50 }

/** A user of the service, limited to plain HTTP requests. */
export class Caller {
  readonly user: string
  readonly authorization: string
  readonly #origin: string

  constructor(origin: string, user: string, authorization: string) {
    this.user = user
    this.authorization = authorization
    this.#origin = origin
  }

  /** The absolute URL of a route below the API's base. */
  url(route: string, query: CallOptions['query'] = {}): URL {
    const url = new URL(`${this.#origin}/api/workspace${route}`)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
    return url
  }

  call(method: string, route: string, options: CallOptions = {}): Promise<Response> {
    const { query, json, ...init } = options
    const headers: Record<string, string> = { authorization: this.authorization, ...init.headers }
    if (json !== undefined) headers['content-type'] ??= 'application/json'
    return fetch(this.url(route, query), {
      redirect: 'manual',
      ...init,
      method,
      headers,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
  }

  /** Sends a request target without URL normalization; `target` is below the API's base. */
  async raw({ target, headers = [], ...raw }: RawRequest): Promise<RawResponse | undefined> {
    const path = `/api/workspace${target}`
    const answer = await rawRequest(this.#origin, {
      ...raw,
      target: path,
      headers: [['Authorization', this.authorization], ...headers],
    })
    if (answer) expectDocumented(raw.method, path, answer)
    return answer
  }

  get(route: string, options?: CallOptions): Promise<Response> {
    return this.call('GET', route, options)
  }

  put(path: string, body: Body, options: CallOptions = {}): Promise<Response> {
    return this.call('PUT', contentRoute(path), { ...options, body })
  }

  post(parts: Part[], options: CallOptions = {}): Promise<Response> {
    const { body, contentType } = multipart(parts)
    const headers = { 'content-type': contentType, ...options.headers }
    return this.call('POST', '/files', { ...options, headers, body: new Uint8Array(body) })
  }

  /** Stores clean bytes at a path with overwrite. Returns the ready record. */
  async store(path: string, body: Body = `bytes of ${path}`): Promise<FileRecord> {
    const response = await this.put(path, body, { headers: { prefer: 'wait=30' } })
    return readRecord(response, 201)
  }

  async reserve(json: Record<string, unknown>): Promise<UploadTicket> {
    const response = await this.call('POST', '/uploads', { json })
    return (await readJson(response, [200, 201, 202])) as UploadTicket
  }

  async record(id: string): Promise<FileRecord> {
    return readRecord(await this.get(`/files/${id}`), 200)
  }

  /** Resolves to the record when it has a verdict. */
  async settled(id: string): Promise<FileRecord> {
    return untilSettled(async () => {
      const response = await this.get(`/files/${id}`, { headers: { prefer: 'wait=10' } })
      return readRecord(response, 200)
    })
  }

  async list(query: CallOptions['query'] = {}): Promise<ListPage> {
    return (await readJson(await this.get('/files', { query }), [200])) as ListPage
  }

  async usage(): Promise<Usage> {
    return (await readJson(await this.get('/usage'), [200])) as Usage
  }

  async text(path: string): Promise<string> {
    return readText(await this.get(contentRoute(path)))
  }
}

/** Expects that nothing is stored, reserved or in the trash; waits for the clean-up of aborted requests. */
export async function expectNothingStored(caller: Caller): Promise<void> {
  const seen = async () => {
    const { files } = await caller.list()
    const { files: deleted } = await caller.list({ deleted: true })
    return { ...(await caller.usage()), listed: [...files, ...deleted] }
  }
  await expect.poll(seen, pollOptions).toMatchObject({
    usedBytes: 0,
    reservedBytes: 0,
    trashBytes: 0,
    fileCount: 0,
    listed: [],
  })
}

async function untilSettled(read: () => Promise<FileRecord>): Promise<FileRecord> {
  await expect.poll(async () => (await read()).state, pollOptions).not.toBe('pending')
  return read()
}

async function readText(response: Response): Promise<string> {
  const text = await response.text()
  expect({ status: response.status, text }).toMatchObject({ status: 200 })
  return text
}

/** `/content/…` with each segment percent-encoded. */
export function contentRoute(path: string): string {
  return `/content${path.split('/').map(encodeURIComponent).join('/')}`
}

export async function readRecord(response: Response, status: number): Promise<FileRecord> {
  return (await readJson(response, [status])) as FileRecord
}

export async function readJson(response: Response, statuses: number[]): Promise<unknown> {
  const text = await response.text()
  expect(statuses, `${response.status} ${text}`).toContain(response.status)
  expect(response.headers.get('content-type')).toMatch(/^application\/json(;|$)/)
  return JSON.parse(text)
}
