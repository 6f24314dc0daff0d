import { lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { readdir, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BlobRef, FinalizeEvent, StoredBlob } from '../../ports/blob-store.ts'
import { hasCode, ifPresent, privateDirectory, publishDirectory } from '../files/durable.ts'
import { type Generations, instantOf, isGeneration } from './generation.ts'
import { blobAt } from './list.ts'
import { type BlobLocation, locationOf, parseLocation } from './locate.ts'
import type { TemporaryDirectories } from './temporary-directories.ts'

interface BlobFilesOptions {
  /** Contains `{workspace}/{fileId}/{generation}/{name}`. */
  root: string
  temporaries: TemporaryDirectories
  generations: Generations
  finalized: (event: FinalizeEvent) => void | Promise<void>
  /** Whether a blob that is not a file exists at a storage path. */
  isTaken: (storagePath: string) => boolean
}

/** The blobs that are files. */
export class BlobFiles {
  readonly #options: BlobFilesOptions

  constructor(options: BlobFilesOptions) {
    this.#options = options
  }

  /** The path of a blob's file, which may be missing. Undefined for a blob that this store never creates. */
  pathOf({ storagePath, generation }: BlobRef): string | undefined {
    const location = parseLocation(storagePath)
    if (!location || !isGeneration(generation)) return undefined
    return join(this.directoryOf(location), generation, location.name)
  }

  directoryOf({ directory }: BlobLocation): string {
    return join(this.#options.root, ...directory)
  }

  async stat(storagePath: string): Promise<StoredBlob | undefined> {
    const location = parseLocation(storagePath)
    const blob = location && (await blobAt(this.#options.root, location.directory))
    return blob?.storagePath === storagePath ? blob : undefined
  }

  async remove(blob: BlobRef): Promise<void> {
    const file = this.pathOf(blob)
    if (file === undefined) return
    const generation = dirname(file)
    await this.#options.temporaries.discard(generation)
    // Keep the directory if it contains another generation.
    await ifPresent(rmdir(dirname(generation))).catch((error: unknown) => {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error
    })
  }

  /** Fills a file in `tmp/`, then makes it visible. Leaves nothing after a failure. */
  async store(storagePath: string, fill: (path: string) => Promise<unknown>): Promise<StoredBlob> {
    const { temporaries, finalized } = this.#options
    const { name } = locationOf(storagePath)
    const staged = await temporaries.create()
    try {
      const incoming = join(staged, 'incoming')
      mkdirSync(incoming, privateDirectory)
      await fill(join(incoming, name))
      const blob = await this.#publish(staged, storagePath)
      try {
        await finalized({ storagePath, generation: blob.generation })
      } catch (error) {
        await this.remove(blob)
        throw error
      }
      return blob
    } catch (error) {
      await temporaries.discard(staged)
      throw error
    }
  }

  /** Makes the bytes of a session visible and queues the finalize event. Idempotent, so it can be repeated after a crash. */
  async finish(staged: string, storagePath: string): Promise<void> {
    const isStaged = (await ifPresent(readdir(staged))) !== undefined
    const blob = isStaged ? await this.#publish(staged, storagePath) : await this.stat(storagePath)
    if (blob) await this.#options.finalized({ storagePath, generation: blob.generation })
  }

  /** Moves `{staged}/{any}/{name}` to its location, as a new generation. */
  async #publish(staged: string, storagePath: string): Promise<StoredBlob> {
    const { generations, isTaken } = this.#options
    const location = locationOf(storagePath)
    const generation = generations.next()
    const [incoming = ''] = readdirSync(staged)
    renameSync(join(staged, incoming), join(staged, generation))
    const { size } = lstatSync(join(staged, generation, location.name))
    const isFree = () => !isTaken(storagePath)
    if (!(await publishDirectory(staged, this.directoryOf(location), isFree))) {
      throw new Error(`${storagePath} already contains a blob; a location is written once`)
    }
    return { storagePath, generation, sizeBytes: size, storedAt: instantOf(generation) }
  }
}
