import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Body } from './body.ts'
import { startProgram, startServer, type ChildServer } from './child-server.ts'
import { send } from './client.ts'
import { download } from './download.ts'
import { buildPeer } from './peers/build.ts'

/** A server for comparison, and its directory. */
export class Baseline implements AsyncDisposable {
  readonly server: ChildServer
  readonly #directory: string

  constructor(server: ChildServer, directory: string) {
    this.server = server
    this.#directory = directory
  }

  /** Stores a body at a target of the server. Resolves to the seconds and the target from which to read it. */
  async store(
    method: string,
    target: string,
    { body, headers = {} }: { body: Body; headers?: Record<string, string> },
  ): Promise<{ seconds: number; target: string }> {
    const url = `${this.server.url}${target}`
    const answer = await send({ method, url, headers, body })
    return {
      seconds: answer.seconds,
      target: new URL(answer.headers.location ?? url, url).pathname,
    }
  }

  download(target: string, bytes: number): Promise<number> {
    return download(`${this.server.url}${target}`, bytes)
  }

  /** Deletes all stored files, so that the disk does not fill. */
  async clear(): Promise<void> {
    await rm(this.#directory, { recursive: true })
    await mkdir(this.#directory)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}

/** `pipeline(request, file)` and `createReadStream(file).pipe(response)`. */
export const startBare = (scratch: string) => start('servers/bare.ts', join(scratch, 'bare'))

/** `@tus/server` with `@tus/file-store`. */
export const startTus = (scratch: string) => start('servers/tus.ts', join(scratch, 'tus'))

/** tusd with its file store; undefined if it cannot be built. */
export async function startTusd(scratch: string): Promise<Baseline | undefined> {
  const program = await buildPeer('tusd')
  if (program === undefined) return undefined
  const directory = join(scratch, 'tusd')
  await mkdir(directory, { recursive: true })
  return new Baseline(await startProgram(program, { args: [directory] }), directory)
}

async function start(program: string, directory: string): Promise<Baseline> {
  await mkdir(directory, { recursive: true })
  return new Baseline(await startServer(program, { args: [directory] }), directory)
}

export function storeInTus(tus: Baseline, body: Body) {
  return tus.store('POST', '/files', { body, headers: tusHeaders(body) })
}

/** The header fields of a tus upload with its bytes in the first request (creation-with-upload). */
function tusHeaders(body: Body): Record<string, string> {
  return {
    'Tus-Resumable': '1.0.0',
    'Upload-Length': String(body.bytes),
    'Content-Type': 'application/offset+octet-stream',
  }
}
