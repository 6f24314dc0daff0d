import { WorkspaceError } from '../../model/errors.ts'
import type { ForeignSource, SourceOptions, Sources } from '../../ports/sources.ts'
import { GcsClient, type GcsOptions } from './client.ts'
import { readObject } from './read.ts'

export interface GcsForeignOptions extends Omit<GcsOptions, 'bucket'> {
  /** The buckets from which any user may import. */
  buckets: readonly string[]
}

/** Reads objects of other buckets, on which the operator has granted `roles/storage.objectViewer`. */
export class GcsForeignObjects implements Pick<Sources, 'openObject'> {
  readonly #options: GcsForeignOptions
  readonly #clients = new Map<string, Promise<GcsClient>>()

  constructor(options: GcsForeignOptions) {
    this.#options = options
  }

  async openObject(
    bucket: string,
    name: string,
    { maxBytes, signal }: SourceOptions,
  ): Promise<ForeignSource | undefined> {
    if (!this.#options.buckets.includes(bucket)) return undefined
    const client = await this.#client(bucket)
    const object = await client.find(name)
    signal?.throwIfAborted()
    // Cloud Storage may decode such objects on download. The size and checksum in the metadata are those of the encoded bytes.
    if (!object || (object.contentEncoding ?? 'identity') !== 'identity') return undefined
    if (object.size > maxBytes) throw tooLarge(maxBytes)
    const open = (start: number, end: number | undefined) => client.openBody(object, start, end)
    const body = await readObject(open, client.retry)
    if (!body) return undefined
    const stop = () => body.destroy(signal?.reason as Error)
    signal?.addEventListener('abort', stop, { once: true })
    body.once('close', () => signal?.removeEventListener('abort', stop))
    // An error before the body is read would end the process without a listener. Reading the body reports the error again.
    body.on('error', () => undefined)
    const { size: sizeBytes, contentType: declaredType } = object
    return { body, sizeBytes, ...(declaredType !== undefined && { declaredType }) }
  }

  #client(bucket: string): Promise<GcsClient> {
    const known = this.#clients.get(bucket)
    if (known) return known
    const opened = GcsClient.open({ ...this.#options, bucket })
    this.#clients.set(bucket, opened)
    return opened
  }
}

function tooLarge(maxBytes: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The object is larger than the limit of ${maxBytes} bytes. Use a smaller one.`,
  )
}
