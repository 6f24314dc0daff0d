import type { Body } from './body.ts'
import { startServer, type NodeServer } from './child-server.ts'
import { send, type Answer } from './client.ts'
import { download } from './download.ts'

/** Much longer than any scan takes here, also on a busy machine. */
const verdictDeadlineSeconds = 900

/** The local server with the development scanner, also where ClamAV is installed. */
export const scanningForEicar = 'servers/scanning-for-eicar.ts'

/** Settings for one clamd. */
export function scannedBy({ socketPath }: { socketPath: string }): Record<string, string> {
  return { CLAMAV_SERVICE_ENABLED: 'true', CLAMAV_SOCKET: socketPath }
}

/** Settings of a local server. Without a scanner, because the benchmark measures Coffer, not ClamAV. */
export const localServerEnv = (directory: string): Record<string, string> => ({
  PORT: '0',
  WORKSPACE_STORAGE_DIR: directory,
  MAX_FILE_SIZE_MB: '4096',
  WORKSPACE_QUOTA_MB: '1000000',
  CLAMAV_SERVICE_ENABLED: 'false',
})

/** The real service, with further settings. */
export async function startCoffer(
  directory: string,
  env: Record<string, string> = {},
  program = '../../functions/local.ts',
): Promise<Coffer> {
  return new Coffer(await startServer(program, { env: { ...localServerEnv(directory), ...env } }))
}

/** One user of a running service. */
export class Coffer implements AsyncDisposable {
  readonly server: NodeServer

  constructor(server: NodeServer) {
    this.server = server
  }

  url(route: string): string {
    return `${this.server.url}/api/workspace${route}`
  }

  put(path: string, body: Body, headers: Record<string, string> = {}): Promise<Answer> {
    const preferences = { Prefer: 'wait=0', ...headers }
    return send({ method: 'PUT', url: this.url(`/content${path}`), headers: preferences, body })
  }

  postForm(
    { body, contentType }: { body: Body; contentType: string },
    { waitSeconds = 0 } = {},
  ): Promise<Answer> {
    const headers = { Prefer: `wait=${waitSeconds}`, 'Content-Type': contentType }
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
    return download(this.url(`/content${path}`), bytes)
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

  async purge(id: string): Promise<void> {
    await send({ method: 'DELETE', url: this.url(`/files/${id}?purge=true`) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}
