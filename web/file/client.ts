import type { Coffer, CofferOptions } from '../../shared/client/coffer.ts'
import { pathRoute } from '../../shared/client/content-route.ts'
import type { Target } from './reference.ts'
import type { WorkspaceFile } from './states.ts'

/** An address of bytes that works without a token until `expiresAt`. */
export interface FileLink {
  url: string
  expiresAt: string
}

/**
 * What the element asks of a service. Failures are errors with the HTTP `status`, the `code` of the problem, its `file` and
 * `retryAfterSeconds`, as a `CofferError` has them. An error without `status` counts as a broken network.
 */
export interface FileClient {
  /** The record of the file, in any state. */
  record(target: Target, signal: AbortSignal): Promise<WorkspaceFile>
  /** A picture at most `width` pixels wide. Only `image/webp` is shown. */
  preview(id: string, width: number, signal: AbortSignal): Promise<Blob>
  /** `expiresIn` in seconds. `inline`: for display, else for a download. */
  link(id: string, options: { inline: boolean; expiresIn?: number }): Promise<FileLink>
  /** The first bytes of a text. */
  text(id: string, bytes: number, signal: AbortSignal): Promise<string>
  /** Takes the file out of the trash. Without it the element has no button for that. */
  restore?(id: string): Promise<unknown>
}

export interface ClientOptions {
  /** The address of the API, such as `https://app.example.com/api/workspace`, or `/api/workspace` on the origin of the page. */
  api: string
  /** The bearer token. Called with `refresh: true` after a 401. */
  getToken?: NonNullable<CofferOptions['token']>
}

interface Sent {
  signal?: AbortSignal | undefined
  method?: string
}

/**
 * A client of the element alone: a tenth of `coffer/client`, which also uploads, lists and retries. The token goes to the API
 * only: requests follow no redirect, and carry no cookie and no address of the page.
 */
export function createClient({ api, getToken }: ClientOptions): FileClient {
  const base = new URL(api, globalThis.location?.href).href
  const send = async (route: string, sent: Sent = {}, refresh = false): Promise<Response> => {
    const token = await getToken?.({ refresh })
    const answer = await fetch(base + route, {
      ...sent,
      headers: { Accept: 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    } as RequestInit)
    if (answer.status === 401 && getToken && !refresh) return send(route, sent, true)
    if (answer.ok) return answer
    const { type, detail, file } = (await answer.json().catch(() => ({}))) as Problem
    throw Object.assign(new Error(detail), {
      status: answer.status,
      code: type?.split(':').at(-1),
      file,
      retryAfterSeconds: Number(answer.headers.get('Retry-After')) || undefined,
    })
  }
  const json = async (route: string, sent?: Sent) => (await send(route, sent)).json()
  const preview = (id: string, query: string, signal: AbortSignal) =>
    send(`/files/${id}/preview?${query}`, { signal })
  return {
    record: (target, signal) =>
      json('id' in target ? `/files/${target.id}` : pathRoute('/paths', target.path), { signal }),
    preview: async (id, width, signal) => (await preview(id, `w=${width}`, signal)).blob(),
    link: (id, { inline, expiresIn = 300 }) =>
      json(`/files/${id}/download?inline=${inline}&expiresIn=${expiresIn}`),
    text: async (id, bytes, signal) => (await preview(id, `bytes=${bytes}`, signal)).text(),
    restore: (id) => json(`/files/${id}/restore`, { method: 'POST' }),
  }
}

interface Problem {
  type?: string
  detail?: string
  file?: WorkspaceFile
}

/** The client of the element over a client of `coffer/client`, for pages that have one. */
export function clientOf(coffer: Pick<Coffer, 'get' | 'preview' | 'link' | 'restore'>): FileClient {
  return {
    record: (target, signal) => coffer.get('id' in target ? target.id : target.path, { signal }),
    preview: async (id, w, signal) => (await coffer.preview(id, { w, signal })).blob(),
    link: (id, options) => coffer.link(id, options),
    text: async (id, bytes, signal) => (await coffer.preview(id, { bytes, signal })).text(),
    restore: (id) => coffer.restore(id),
  }
}
