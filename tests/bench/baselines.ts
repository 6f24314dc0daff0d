import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Body } from './body.ts'
import { startServer, type ChildServer } from './child-server.ts'
import { download, send } from './client.ts'

/** A server to measure against, and the directory that it writes to. */
export class Baseline implements AsyncDisposable {
  readonly #server: ChildServer
  readonly #directory: string

  constructor(server: ChildServer, directory: string) {
    this.#server = server
    this.#directory = directory
  }

  peakMemoryBytes(): Promise<number> {
    return this.#server.peakMemoryBytes()
  }

  /** Stores a body at a target of the server; resolves to the seconds it took and the target that answers it. */
  async store(
    method: string,
    target: string,
    { body, headers = {} }: { body: Body; headers?: Record<string, string> },
  ): Promise<{ seconds: number; target: string }> {
    const url = `${this.#server.url}${target}`
    const answer = await send({ method, url, headers, body })
    return {
      seconds: answer.seconds,
      target: new URL(answer.headers.location ?? url, url).pathname,
    }
  }

  download(target: string, bytes: number): Promise<number> {
    return download({ method: 'GET', url: `${this.#server.url}${target}` }, bytes)
  }

  /** Forgets everything stored, so that the disk never fills. */
  async clear(): Promise<void> {
    await rm(this.#directory, { recursive: true })
    await mkdir(this.#directory)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
  }
}

/** `pipeline(request, file)` and `createReadStream(file).pipe(response)`. */
export const startBare = (scratch: string) => start('servers/bare.ts', join(scratch, 'bare'))

/** `@tus/server` with `@tus/file-store`. */
export const startTus = (scratch: string) => start('servers/tus.ts', join(scratch, 'tus'))

async function start(program: string, directory: string): Promise<Baseline> {
  await mkdir(directory, { recursive: true })
  return new Baseline(await startServer(program, { args: [directory] }), directory)
}

export function storeInTus(tus: Baseline, body: Body) {
  return tus.store('POST', '/files', { body, headers: tusHeaders(body) })
}

/** What tus asks of an upload that brings its bytes along (creation-with-upload). */
export function tusHeaders(body: Body): Record<string, string> {
  return {
    'Tus-Resumable': '1.0.0',
    'Upload-Length': String(body.bytes),
    'Content-Type': 'application/offset+octet-stream',
  }
}
