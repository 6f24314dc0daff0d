import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { multipartBody, randomBody } from '../body.ts'
import { startProgram, type ChildServer } from '../child-server.ts'
import { send, type Answer } from '../client.ts'
import { buildPeer } from './build.ts'

const records = '/api/collections/files/records'

/** Undefined if it cannot be built. */
export async function startPocketBase(directory: string): Promise<PocketBase | undefined> {
  const program = await buildPeer('pocketbase')
  if (program === undefined) return undefined
  await mkdir(directory, { recursive: true })
  return new PocketBase(await startProgram(program, { args: [directory] }))
}

/** PocketBase with one open collection of files. It neither syncs nor scans them. */
export class PocketBase implements AsyncDisposable {
  readonly server: ChildServer
  readonly pageUrl: (files: number) => string

  constructor(server: ChildServer) {
    this.server = server
    // Coffer's pages have no total either.
    this.pageUrl = (files) =>
      `${server.url}${records}?perPage=${files}&skipTotal=true&sort=-created`
  }

  /** Uploads a form with random bytes. */
  async upload(bytes: number): Promise<{ answer: Answer; recordUrl: string; fileUrl: string }> {
    const path = `/${randomUUID()}.bin`
    const form = multipartBody(path.slice(1), randomBody(bytes), { path })
    const url = `${this.server.url}${records}`
    const headers = { 'Content-Type': form.contentType }
    const answer = await send({ method: 'POST', url, headers, body: form.body })
    const { id, file } = JSON.parse(answer.text) as { id: string; file: string }
    return {
      answer,
      recordUrl: `${url}/${id}`,
      fileUrl: `${this.server.url}/api/files/files/${id}/${file}`,
    }
  }

  async remove({ recordUrl }: { recordUrl: string }): Promise<void> {
    await send({ method: 'DELETE', url: recordUrl })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}
