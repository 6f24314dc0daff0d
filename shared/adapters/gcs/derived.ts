import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { BlobRef } from '../../ports/blob-store.ts'
import type { GcsClient } from './client.ts'
import { isTaken } from './errors.ts'
import { readObject } from './read.ts'
import { GcsSession } from './session.ts'
import { writeObject } from './write.ts'

/** Outside of `workspaces/`, so that listings of blobs exclude them. A lifecycle rule may delete them at any age. */
const derivedPrefix = 'derived/'

/** A blob's object, by its name and generation. */
type Source = Pick<BlobRef, 'generation'> & { name: string }

/**
 * Derived files, such as previews, below `derived/{object}/{generation}/`. Removing a blob costs one additional listing, to
 * delete its derived files.
 */
export class GcsDerived {
  readonly #client: GcsClient

  constructor(client: GcsClient) {
    this.#client = client
  }

  async read(source: Source, name: string): Promise<Buffer | undefined> {
    // Omit the generation, because finding it costs a request. A derived object is never replaced.
    const object = { name: objectOf(source, name) }
    const open = (start: number, end?: number) => this.#client.openBody(object, start, end)
    const body = await readObject(open, this.#client.retry)
    return body && buffer(body)
  }

  async write(source: Source, name: string, bytes: Buffer): Promise<void> {
    const { retry, pieceBytes } = this.#client
    const object = objectOf(source, name)
    await writeObject(Readable.from([bytes]), {
      openSession: async () =>
        new GcsSession(await this.#client.openSession(object, {}), { retry }),
      insert: (all, crc32c) => this.#client.insert(object, {}, { bytes: all, crc32c }),
      pieceBytes,
      maxBytes: bytes.length,
    }).catch(async (error: unknown) => {
      // Another request has written the object, or this request has and its response was lost.
      const isWritten = isTaken(error) || (await this.#client.find(object))
      if (!isWritten) throw this.#client.explained(error)
    })
    // If the blob was removed during the write, its removal may have listed the derived files before this file existed.
    const blob = await this.#client.find(source.name)
    if (blob?.generation !== source.generation) await this.remove(source)
  }

  async remove(source: Source): Promise<void> {
    const prefix = objectOf(source, '')
    const { items } = await this.#client.list({ prefix })
    for (const { name } of items) await this.#client.remove(name)
  }
}

function objectOf({ name, generation }: Source, derived: string): string {
  if (!/^[a-z0-9.-]*$/.test(derived))
    throw new Error(`${derived} is not a valid name of a derived file`)
  return `${derivedPrefix}${name}/${generation}/${derived}`
}
