import { randomUUID } from 'node:crypto'
import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiRefusal, conditionNotMet, noObject } from './errors.ts'

/** The stored fields of the JSON API's object resource. */
export interface ObjectResource {
  kind: 'storage#object'
  id: string
  name: string
  bucket: string
  generation: string
  metageneration: string
  contentType: string
  contentDisposition?: string
  size: string
  crc32c: string
  md5Hash: string
  storageClass: 'STANDARD'
  timeCreated: string
  updated: string
  metadata?: Record<string, string>
}

export interface StoredObject {
  resource: ObjectResource
  /** The file with its bytes. */
  file: string
}

/** Complete bytes with their metadata that are not an object yet. */
export interface NewObject {
  bucket: string
  name: string
  file: string
  sizeBytes: number
  crc32c: string
  md5Hash: string
  contentType: string
  contentDisposition?: string
  metadata?: Record<string, string>
}

/** Buckets and their live objects. Stores bytes in files, so that large ones need no memory. */
export class Objects {
  readonly #directory: string
  readonly #finalized: (resource: ObjectResource) => void
  readonly #buckets = new Map<string, Map<string, StoredObject>>()
  #lastGeneration = 0

  constructor(directory: string, finalized: (resource: ObjectResource) => void) {
    this.#directory = directory
    this.#finalized = finalized
  }

  createBucket(name: string): void {
    if (this.#buckets.has(name)) throw new ApiRefusal(409, 'You already own this bucket.')
    this.#buckets.set(name, new Map())
  }

  deleteBucket(name: string): void {
    if (this.bucket(name).size > 0) {
      throw new ApiRefusal(409, 'The bucket you tried to delete is not empty.')
    }
    this.#buckets.delete(name)
  }

  bucket(name: string): Map<string, StoredObject> {
    const bucket = this.#buckets.get(name)
    if (bucket) return bucket
    throw new ApiRefusal(404, 'The specified bucket does not exist.')
  }

  get(bucket: string, name: string, generation?: string | null): StoredObject {
    const object = this.bucket(bucket).get(name)
    if (object && (!generation || object.resource.generation === generation)) return object
    throw noObject(bucket, name)
  }

  /** `ifGenerationMatch`: 0 means that the object must not exist. */
  checkGeneration(bucket: string, name: string, expected: string | null): void {
    const generation = this.bucket(bucket).get(name)?.resource.generation ?? '0'
    if (expected !== null && expected !== generation) throw conditionNotMet()
  }

  newFile(): string {
    return join(this.#directory, randomUUID())
  }

  /** Makes an object visible, and emits its event. */
  async put(object: NewObject, ifGenerationMatch: string | null): Promise<ObjectResource> {
    const { bucket, name, file, metadata, contentDisposition } = object
    this.checkGeneration(bucket, name, ifGenerationMatch)
    this.#lastGeneration = Math.max(this.#lastGeneration + 1, Date.now() * 1000)
    const timeCreated = new Date().toISOString()
    const resource: ObjectResource = {
      kind: 'storage#object',
      id: `${bucket}/${name}/${this.#lastGeneration}`,
      name,
      bucket,
      generation: String(this.#lastGeneration),
      metageneration: '1',
      contentType: object.contentType,
      size: String(object.sizeBytes),
      crc32c: object.crc32c,
      md5Hash: object.md5Hash,
      storageClass: 'STANDARD',
      timeCreated,
      updated: timeCreated,
      ...(contentDisposition !== undefined && { contentDisposition }),
      ...(metadata && { metadata }),
    }
    const replaced = this.bucket(bucket).get(name)
    this.bucket(bucket).set(name, { resource, file })
    this.#finalized(resource)
    if (replaced) await rm(replaced.file)
    return resource
  }

  async copy(
    source: StoredObject,
    to: { bucket: string; name: string; ifGenerationMatch: string | null },
    said: Partial<Pick<NewObject, 'contentType' | 'contentDisposition' | 'metadata'>> = {},
  ): Promise<ObjectResource> {
    const file = this.newFile()
    await copyFile(source.file, file)
    const { size, crc32c, md5Hash, contentType, metadata } = source.resource
    const copy = { ...to, file, sizeBytes: Number(size), crc32c, md5Hash, contentType }
    return this.put({ ...copy, ...(metadata && { metadata }), ...said }, to.ifGenerationMatch)
  }

  /** Readers with an open file can continue. */
  async delete(bucket: string, name: string, conditions: URLSearchParams): Promise<void> {
    const { file } = this.get(bucket, name, conditions.get('generation'))
    this.checkGeneration(bucket, name, conditions.get('ifGenerationMatch'))
    this.bucket(bucket).delete(name)
    await rm(file)
  }
}
