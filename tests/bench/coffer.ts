import type { Body } from './body.ts'
import { startServer, type ChildServer } from './child-server.ts'
import { download, send, type Answer } from './client.ts'

/** Much longer than any scan takes here, also on a busy machine. */
const verdictDeadlineSeconds = 900

/** Settings for one clamd. */
export function scannedBy({ socketPath }: { socketPath: string }): Record<string, string> {
  return { CLAMAV_SERVICE_ENABLED: 'true', CLAMAV_SOCKET: socketPath }
}

/** The real service. Without a scanner unless `env` names one, because the benchmark measures Coffer, not ClamAV. */
export async function startCoffer(
  directory: string,
  env: Record<string, string> = {},
  program = '../../functions/local.ts',
): Promise<Coffer> {
  const server = await startServer(program, {
    env: {
      PORT: '0',
      WORKSPACE_STORAGE_DIR: directory,
      MAX_FILE_SIZE_MB: '4096',
      WORKSPACE_QUOTA_MB: '1000000',
      CLAMAV_SERVICE_ENABLED: 'false',
      ...env,
    },
  })
  return new Coffer(server)
}

/** One user of a running service. */
export class Coffer implements AsyncDisposable {
  readonly #server: ChildServer

  constructor(server: ChildServer) {
    this.#server = server
  }

  peakMemoryBytes(): Promise<number> {
    return this.#server.peakMemoryBytes()
  }

  /** The 99th percentile of the server's event-loop delay since the previous call. */
  loopDelaySeconds(): Promise<number> {
    return this.#server.loopDelaySeconds()
  }

  url(route: string): string {
    return `${this.#server.url}/api/workspace${route}`
  }

  put(path: string, body: Body, headers: Record<string, string> = {}): Promise<Answer> {
    const preferences = { Prefer: 'wait=0', ...headers }
    return send({ method: 'PUT', url: this.url(`/content${path}`), headers: preferences, body })
  }

  postForm({ body, contentType }: { body: Body; contentType: string }): Promise<Answer> {
    const headers = { Prefer: 'wait=0', 'Content-Type': contentType }
    return send({ method: 'POST', url: this.url('/files'), headers, body })
  }

  /** Waits for the verdict. */
  import(request: { source: string; path: string }): Promise<Answer> {
    const bytes = Buffer.from(JSON.stringify(request))
    const headers = { Prefer: 'wait=60', 'Content-Type': 'application/json' }
    const body = { bytes: bytes.length, chunks: () => [bytes] }
    return send({ method: 'POST', url: this.url('/imports'), headers, body })
  }

  get(route: string): Promise<Answer> {
    return send({ method: 'GET', url: this.url(route) })
  }

  download(path: string, bytes: number): Promise<number> {
    return download({ method: 'GET', url: this.url(`/content${path}`) }, bytes)
  }

  /** A URL that serves the bytes without credentials until it expires. */
  async signedUrl(id: string): Promise<string> {
    const headers = { Accept: 'application/json' }
    const url = this.url(`/files/${id}/download`)
    const { text } = await send({ method: 'GET', url, headers })
    return new URL((JSON.parse(text) as { url: string }).url, url).href
  }

  /** Wait for the scan, so that it does not overlap with the next measurement. */
  async ready({ text }: Answer): Promise<string> {
    const { id } = JSON.parse(text) as { id: string }
    const deadline = Date.now() + verdictDeadlineSeconds * 1000
    while (Date.now() < deadline) {
      const headers = { Prefer: 'wait=30' }
      const answer = await send({ method: 'GET', url: this.url(`/files/${id}`), headers })
      const { state } = JSON.parse(answer.text) as { state: string }
      if (state === 'ready') return id
      if (state !== 'pending') throw new Error(`${id} is ${state}`)
    }
    throw new Error(`${id} is still pending after ${verdictDeadlineSeconds} s`)
  }

  async allReady(): Promise<void> {
    const deadline = Date.now() + verdictDeadlineSeconds * 1000
    while (Date.now() < deadline) {
      const { text } = await this.get('/files?state=pending&limit=1')
      const { files } = JSON.parse(text) as { files: { id: string }[] }
      if (files[0] === undefined) return
      await this.ready({ text: JSON.stringify(files[0]) } as Answer)
    }
    throw new Error(`files are still pending after ${verdictDeadlineSeconds} s`)
  }

  async purge(id: string): Promise<void> {
    await send({ method: 'DELETE', url: this.url(`/files/${id}?purge=true`) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
  }
}
