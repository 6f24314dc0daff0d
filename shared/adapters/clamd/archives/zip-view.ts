import { Readable } from 'node:stream'
import { boundedReader, type ReadAt, ReadLimitError } from '../../../media/formats/read-at.ts'
import { readZipDirectory } from '../../../media/formats/zip-directory.ts'
import { wideValues } from '../../../media/formats/zip64.ts'
import { patchedBody } from './patched-body.ts'
import {
  endBytes,
  endPatches,
  entryPatches,
  type FoundArchives,
  localBytes,
  localPatches,
  type Rewrite,
} from './zip-patches.ts'

/** Each archive costs one or two reads from the store. */
const maxArchives = 1024
const maxReadBytes = 64 * 1024 * 1024

/** A rewritten zip archive that clamd can unpack. */
export interface ZipView {
  body: (original: Readable) => Readable
  /** Returns true if a local header contradicts the directory. Valid once the body has been read. */
  contradicts: () => boolean
}

/**
 * Rewrites the zip archives in a file (the file itself and archives stored in it) so that clamd finds their sizes and offsets. Moves
 * Zip64 values (APPNOTE 6.3.10 §4.5.3) to the 32-bit fields. In an archive after other bytes, also moves the sizes of streamed
 * entries (§4.4.4, bit 3) to the local headers. Keeps all other bytes. Leaves an archive unchanged if its directory is missing,
 * broken, larger than 16 MiB or contradictory, if entries overlap, or if a value does not fit. Resolves to undefined if nothing
 * changes.
 */
export async function openZipView(
  read: ReadAt,
  found: FoundArchives,
): Promise<ZipView | undefined> {
  if (found.ends.length > maxArchives) return undefined
  const bounded = boundedReader(read, maxReadBytes)
  try {
    const rewrites: Rewrite[] = []
    for (const end of found.ends) {
      const isLast = end === found.ends.at(-1)
      const rewrite = await rewriteArchive(bounded, found, { end, isLast })
      if (rewrite) rewrites.push(rewrite)
    }
    return viewOf(rewrites)
  } catch (error) {
    if (error instanceof ReadLimitError) return undefined
    throw error
  }
}

async function rewriteArchive(
  read: ReadAt,
  found: FoundArchives,
  { end, isLast }: { end: number; isLast: boolean },
): Promise<Rewrite | undefined> {
  const directory = await readZipDirectory(read, end)
  if (!directory || directory === 'too-large') return undefined
  const entries = directory.entries.map((entry) => entryPatches(entry, directory))
  if (!entries.every((patches) => patches !== undefined)) return undefined
  const ends = endPatches(directory, await read(directory.endAt, endBytes))
  // clamd reads an archive at the start of a file, or stored in another archive, by its directory alone.
  const byDirectory = !isLast || directory.entries.some((entry) => entry.localAt === 0)
  const locals = localPatches(directory, found, byDirectory)
  if (!ends || !locals) return undefined
  const isSame = !directory.zip64 && locals.patches.length === 0 && !directory.usesZip64
  if (isSame) return undefined
  return { ...locals, patches: [...locals.patches, ...entries.flat(), ...ends] }
}

const inOrder = (one: { at: number }, other: { at: number }) => one.at - other.at

function viewOf(rewrites: Rewrite[]): ZipView | undefined {
  let contradicts = false
  const patches = rewrites.flatMap(({ patches }) => patches).toSorted(inOrder)
  const headers = rewrites.flatMap(({ headers }) => headers)
  const probes = headers.map(({ entry, local }) => ({
    at: local.at + localBytes + local.nameBytes,
    length: local.extraBytes,
    report(extra: Buffer) {
      const values = wideValues([local.sizeBytes, local.compressedBytes], extra)
      const isSame = values?.[0] === entry.sizeBytes && values[1] === entry.compressedBytes
      if (!isSame) contradicts = true
    },
  }))
  probes.sort(inOrder)
  const overlaps =
    patches.some(
      ({ at, bytes }, index) => at + bytes.length > (patches[index + 1]?.at ?? Infinity),
    ) || probes.some(({ at, length }, index) => at + length > (probes[index + 1]?.at ?? Infinity))
  if (patches.length === 0 || overlaps) return undefined
  return {
    body: (original) => Readable.from(patchedBody(original, { patches, probes })),
    contradicts: () => contradicts,
  }
}
