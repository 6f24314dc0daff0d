import { access, lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobPage, BlobStore, StoredBlob } from '../../ports/blob-store.ts'
import type { SmallBlob, SmallBlobs } from '../../ports/small-blobs.ts'
import { isContinued, storagePathAt } from './locate.ts'
import { ifPresent } from '../files/durable.ts'
import { instantOf, isGeneration } from './generation.ts'

/** A listing that stopped after a page. */
interface Paused {
  /** The `next` of that page. */
  after: string
  walk: AsyncGenerator<string[], void>
  /** The first directory of the next page. */
  ahead: string[]
}

/**
 * Lists all blobs below `root` in pages, in the order of their directories' names. `after` is the directory of a blob:
 * `{workspace}/{fileId}`. Keeps the traversal of the last page for the page after it, so that a complete listing reads each
 * directory once. For any other page, starts a new traversal at `after`.
 */
export function listBlobs(
  root: string,
): (options: { limit: number; after?: string }) => Promise<BlobPage> {
  let paused: Paused | undefined

  async function resume(after: string | undefined) {
    // Throw if the root is missing (a disk that is not mounted), instead of listing no blobs.
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

/** Starts the position of a small blob: no directory has this name. */
const smallPosition = '+'

/** Lists the small blobs, then the blobs that `listFiles` lists. */
export function listSmallFirst(
  small: SmallBlobs | undefined,
  listFiles: BlobStore['list'],
): BlobStore['list'] {
  if (!small) return listFiles
  return async ({ limit, after }) => {
    const isSmall = after === undefined || after.startsWith(smallPosition)
    if (!isSmall) return listFiles({ limit, after })
    const position = after?.slice(smallPosition.length) ?? ''
    const found = small.list({ limit: limit + 1, after: position }).map(stored)
    const blobs = found.slice(0, limit)
    if (found.length > limit) {
      return { blobs, next: `${smallPosition}${blobs.at(-1)?.storagePath ?? ''}` }
    }
    const files = await listFiles({ limit: limit - blobs.length })
    return { ...files, blobs: [...blobs, ...files.blobs] }
  }
}

export function stored(blob: SmallBlob): StoredBlob {
  return { ...blob, storedAt: instantOf(blob.generation) }
}

/** Yields `ahead`, then the items of `walk`. Does not close `walk` when the consumer stops early, so it can be resumed. */
async function* chain<Item>(ahead: Item[], walk: AsyncGenerator<Item, void>): AsyncGenerator<Item> {
  yield* ahead
  for (let step = await walk.next(); !step.done; step = await walk.next()) yield step.value
}

/** The generation at a location. Undefined for an empty location. */
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
 * The directories of files after a position. Uses memory for the names of one directory of each level. Skips directories that
 * are removed during the listing.
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
