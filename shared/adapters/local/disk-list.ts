import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobPage, StoredBlob } from '../../workspace/ports.ts'
import { isContinued, storagePathAt } from './disk-place.ts'
import { ifPresent } from './durable.ts'
import { instantOf, isGeneration } from './generation.ts'

/** One page of all blobs below `root`, in the order of their directories' names. `after` is a place: `{workspace}/{fileId}`. */
export async function listBlobs(
  root: string,
  { limit, after }: { limit: number; after?: string },
): Promise<BlobPage> {
  const blobs: StoredBlob[] = []
  let last = ''
  for await (const directory of places(root, await readdir(root), after?.split('/') ?? [])) {
    const blob = await blobAt(root, directory)
    if (!blob) continue
    if (blobs.length === limit) return { blobs, next: last }
    blobs.push(blob)
    last = directory.join('/')
  }
  return { blobs }
}

/** The one generation in a place; undefined where there is none. */
export async function blobAt(root: string, directory: string[]): Promise<StoredBlob | undefined> {
  const place = join(root, ...directory)
  for (const generation of (await ifPresent(readdir(place))) ?? []) {
    if (!isGeneration(generation)) continue
    for (const name of (await ifPresent(readdir(join(place, generation)))) ?? []) {
      const storagePath = storagePathAt({ directory, name })
      const file = await ifPresent(lstat(join(place, generation, name)))
      if (storagePath === undefined || !file?.isFile()) continue
      return { storagePath, generation, sizeBytes: file.size, storedAt: instantOf(generation) }
    }
  }
  return undefined
}

/**
 * The directories of files behind a position. One directory's names at a time are in memory. What is removed meanwhile
 * is left out; that `root` itself is missing (a disk that is not mounted) must not look like that, so its names come from outside.
 */
async function* places(
  directory: string,
  names: string[],
  after: readonly string[],
): AsyncGenerator<string[]> {
  const [bound = '', ...deeper] = after
  for (const name of names.sort()) {
    if (name < bound) continue
    const path = join(directory, name)
    const below = (await ifPresent(readdir(path))) ?? []
    const position = name === bound ? deeper : []
    if (isContinued(name)) {
      for await (const rest of places(path, below, position)) yield [name, ...rest]
    } else {
      const [last = ''] = position
      for (const id of below.sort()) if (id > last) yield [name, id]
    }
  }
}
