import { access, lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobPage, StoredBlob } from '../../ports/blob-store.ts'
import { isContinued, storagePathAt } from './locate.ts'
import { ifPresent } from '../files/durable.ts'
import { instantOf, isGeneration } from './generation.ts'

/** A listing that stopped behind a page. */
interface Paused {
  /** The `next` of that page. */
  after: string
  walk: AsyncGenerator<string[], void>
  /** The directory that the next page begins with. */
  ahead: string[]
}

/**
 * Gives all blobs below `root` in pages, in the order of their directories' names. `after` is the directory of a blob:
 * `{workspace}/{fileId}`. The listing that gave the last page is kept for the one behind it, so that a whole listing reads
 * each directory once; any other page is found by name.
 */
export function listBlobs(
  root: string,
): (options: { limit: number; after?: string }) => Promise<BlobPage> {
  let paused: Paused | undefined

  async function resume(after: string | undefined) {
    // That the root itself is missing (a disk that is not mounted) must not look like a listing's end.
    await access(root)
    if (paused === undefined || paused.after !== after) {
      return { walk: directories(root, await readdir(root), after?.split('/') ?? []), ahead: [] }
    }
    const { walk, ahead } = paused
    paused = undefined
    return { walk, ahead: [ahead] }
  }

  return async ({ limit, after }) => {
    const { walk, ahead } = await resume(after)
    const blobs: StoredBlob[] = []
    let last = ''
    for await (const directory of chain(ahead, walk)) {
      const blob = await blobAt(root, directory)
      if (!blob) continue
      if (blobs.length === limit) {
        paused = { after: last, walk, ahead: directory }
        return { blobs, next: last }
      }
      blobs.push(blob)
      last = directory.join('/')
    }
    return { blobs }
  }
}

/** What is ahead, and then what `walk` has; it can be gone on with when this ends early. */
async function* chain<Item>(ahead: Item[], walk: AsyncGenerator<Item, void>): AsyncGenerator<Item> {
  yield* ahead
  for (let step = await walk.next(); !step.done; step = await walk.next()) yield step.value
}

/** The one generation of a location; undefined where there is none. */
export async function blobAt(root: string, directory: string[]): Promise<StoredBlob | undefined> {
  const path = join(root, ...directory)
  for (const generation of (await ifPresent(readdir(path))) ?? []) {
    if (!isGeneration(generation)) continue
    for (const name of (await ifPresent(readdir(join(path, generation)))) ?? []) {
      const storagePath = storagePathAt({ directory, name })
      const file = await ifPresent(lstat(join(path, generation, name)))
      if (storagePath === undefined || !file?.isFile()) continue
      return { storagePath, generation, sizeBytes: file.size, storedAt: instantOf(generation) }
    }
  }
  return undefined
}

/**
 * The directories of files behind a position. One directory's names at a time are in memory. What is removed meanwhile
 * is left out.
 */
async function* directories(
  directory: string,
  names: string[],
  after: readonly string[],
): AsyncGenerator<string[], void> {
  const [bound = '', ...deeper] = after
  for (const name of names.sort()) {
    if (name < bound) continue
    const path = join(directory, name)
    const below = (await ifPresent(readdir(path))) ?? []
    const position = name === bound ? deeper : []
    if (isContinued(name)) {
      for await (const rest of directories(path, below, position)) yield [name, ...rest]
    } else {
      const [last = ''] = position
      for (const id of below.sort()) if (id > last) yield [name, id]
    }
  }
}
