import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { BlobRef } from '../../ports/blob-store.ts'
import type { GcsClient } from './client.ts'
import { isTaken } from './errors.ts'
import { readObject } from './read.ts'
import { GcsSession } from './session.ts'
import { writeObject } from './write.ts'

/** Beside `workspaces/`, so that no listing of blobs meets them; a lifecycle rule may end them at any age. */
export const derivedPrefix = 'derived/'

/** A blob's object, by its name and generation. */
type Source = Pick<BlobRef, 'generation'> & { name: string }

/**
 * What was made of blobs, below `derived/{object}/{generation}/`. Removing a blob costs one listing more, by which what
 * was made of it goes at once.
 */
export class GcsDerived {
  readonly #client: GcsClient

  constructor(client: GcsClient) {
    this.#client = client
  }

  async read(source: Source, name: string): Promise<Buffer | undefined> {
    // Without its generation, which would cost a request: a derived object is written once.
    const object = { name: objectOf(source, name) }
    const open = (start: number, end?: number) => this.#client.openBody(object, start, end)
    const body = await readObject(open, this.#client.retry)
    return body && buffer(body)
  }

  async write(source: Source, name: string, bytes: Buffer): Promise<void> {
    const { retry, pieceBytes } = this.#client
    const url = await this.#client.openSession(objectOf(source, name), {})
    const session = Promise.resolve(new GcsSession(url, { retry }))
    await writeObject(Readable.from([bytes]), {
      session,
      pieceBytes,
      maxBytes: bytes.length,
    }).catch(async (error: unknown) => {
      // Another request has made it meanwhile, or this one has and its answer was lost.
      const isMade = isTaken(error) || (await this.#client.find(objectOf(source, name)))
      if (!isMade) throw this.#client.explained(error)
    })
    // The blob may have been removed meanwhile, and its listing may have come before this object.
    const blob = await this.#client.find(source.name)
    if (blob?.generation !== source.generation) await this.remove(source)
  }

  async remove(source: Source): Promise<void> {
    const prefix = objectOf(source, '')
    const list = async () => this.#client.bucket.getFiles({ prefix })
    const [files] = await this.#client.patiently(list)
    for (const file of files) await this.#client.unlessMissing(() => file.delete())
  }
}

function objectOf({ name, generation }: Source, derived: string): string {
  if (!/^[a-z0-9.-]*$/.test(derived)) throw new Error(`${derived} is no name of something derived`)
  return `${derivedPrefix}${name}/${generation}/${derived}`
}
