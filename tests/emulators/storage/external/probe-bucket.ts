import { randomUUID } from 'node:crypto'

export interface Answer {
  status: number
  headers: Headers
  text: string
}

/** Requests to a bucket in plain HTTP, so that the results do not depend on the client under test. */
export class ProbeBucket {
  readonly #url: string
  readonly #bucket: string

  constructor(url: string, bucket: string) {
    this.#url = url
    this.#bucket = bucket
  }

  newName(): string {
    return `probes/${randomUUID()}`
  }

  /** Stores a short object in one request. */
  store(name: string, query = ''): Promise<Answer> {
    const path = `/upload/storage/v1/b/${this.#bucket}/o?uploadType=media&name=${encodeURIComponent(name)}${query}`
    return this.#ask(path, { method: 'POST', body: 'bytes' })
  }

  media(name: string, query = ''): Promise<Answer> {
    return this.#ask(`/storage/v1${this.#object(name)}?alt=media${query}`)
  }

  list(query: string): Promise<Answer> {
    return this.#ask(`/storage/v1/b/${this.#bucket}/o?${query}`)
  }

  remove(name: string, query: string): Promise<Answer> {
    return this.#ask(`/storage/v1${this.#object(name)}?${query}`, { method: 'DELETE' })
  }

  /** Firebase's emulator has this call only without `/storage/v1`. */
  async copy(from: string, to: string, query: string): Promise<Answer> {
    const path = `${this.#object(from)}/rewriteTo${this.#object(to)}?${query}`
    const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
    const long = await this.#ask(`/storage/v1${path}`, init)
    return long.status < 300 || long.status === 412 ? long : this.#ask(path, init)
  }

  /** Opens a resumable session, and returns its URL. */
  async session(name: string, sizeBytes: number): Promise<string> {
    const path = `/upload/storage/v1/b/${this.#bucket}/o?uploadType=resumable&name=${encodeURIComponent(name)}`
    const { headers } = await this.#ask(path, {
      method: 'POST',
      body: JSON.stringify({ name }),
      headers: {
        'content-type': 'application/json',
        'x-upload-content-length': String(sizeBytes),
        'x-upload-content-type': 'text/plain',
      },
    })
    return headers.get('location') ?? this.#url
  }

  send(session: string, body: string, contentRange: string): Promise<Answer> {
    return this.#ask(session, {
      method: 'PUT',
      body,
      headers: { 'content-range': contentRange },
    })
  }

  cancel(session: string): Promise<Answer> {
    return this.#ask(session, { method: 'DELETE' })
  }

  /** Requests a link signed at the given time for so many seconds, with an invalid signature. */
  link(
    name: string,
    { signedAt = new Date(), seconds = 300, query = '', method = 'GET' },
  ): Promise<Answer> {
    const time = signedAt.toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const scope = `${time.slice(0, 8)}/auto/storage/goog4_request`
    const credential = encodeURIComponent(`probe@localhost/${scope}`)
    return this.#ask(
      `/${this.#bucket}/${name}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=${credential}&X-Goog-Date=${time}&X-Goog-Expires=${seconds}&X-Goog-SignedHeaders=host${query}&X-Goog-Signature=00`,
      { method },
    )
  }

  #object(name: string): string {
    return `/b/${this.#bucket}/o/${encodeURIComponent(name)}`
  }

  async #ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const answer = await fetch(new URL(path, this.#url), init)
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
}
