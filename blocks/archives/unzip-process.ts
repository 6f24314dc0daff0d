import { createWriteStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'

// A program of Node that `Unzip` runs with `context.run`. Reads the directory of the archive entry by entry, and writes each file as
// `{folder}/{number}`, so that no name of the archive is a path on this machine. Needs the same memory for every archive.

export interface UnzipJob {
  source: string
  /** An existing folder, relative. */
  folder: string
  /** Extracts only entries whose names start with it. */
  prefix: string
  /** The limit of the files that are written. */
  maxFiles: number
}

/** The entries in order: the first one is `{folder}/0`. */
export interface UnzipResult {
  names: string[]
}

const maxEntries = 10_000
const maxNameBytes = 1024
const maxNamesBytes = 512 * 1024
const maxBytes = 1024 ** 3
/** Text compresses to a tenth, tables and logs to a fiftieth. A bomb compresses to a thousandth. */
const maxRatio = 200
/** Below this size, the ratio does not matter. */
const smallBytes = 64 * 1024 ** 2

/** Systems whose archives hold modes of Unix (APPNOTE §4.4.2.2). */
const unixSystems = new Set([3, 19])
const fileKind = 0o170000
const regularFile = 0o100000
/** Methods of compression (§4.4.5). */
const stored = 0
const deflated = 8

class Refusal extends Error {}

if (import.meta.main) {
  const job = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as UnzipJob
  process.stdout.write(JSON.stringify(await unzip(job).catch(refusalOf)))
}

function refusalOf(error: unknown): { refusal: string } {
  if (error instanceof Refusal) return { refusal: error.message }
  throw error
}

async function unzip({ source, folder, prefix, maxFiles }: UnzipJob): Promise<UnzipResult> {
  const { size } = await stat(source)
  const archive = await open(source)
  const names: string[] = []
  let nameBytes = 0
  let left = Math.min(maxBytes, Math.max(smallBytes, size * maxRatio))
  for await (const entry of entriesOf(archive)) {
    const { fileName } = entry
    if (fileName.endsWith('/') || !fileName.startsWith(prefix)) continue
    assertReadable(entry)
    // As JSON: a control character has six bytes there.
    nameBytes += Buffer.byteLength(JSON.stringify(fileName))
    if (Buffer.byteLength(fileName) > maxNameBytes || nameBytes > maxNamesBytes) {
      throw new Refusal('This archive has names that are too long.')
    }
    if (names.length >= maxFiles) {
      throw new Refusal(
        `This archive has more than ${maxFiles} files. Extract one of its folders: set "folder".`,
      )
    }
    left -= await extract(archive, entry, { path: `${folder}/${names.length}`, maxBytes: left })
    names.push(fileName)
  }
  return { names }
}

async function open(source: string): Promise<ZipFile> {
  const archive = await yauzl.openPromise(source).catch((error: unknown) => {
    throw damaged(error)
  })
  if (archive.entryCount <= maxEntries) return archive
  throw new Refusal(`This archive has ${archive.entryCount} entries, and may have ${maxEntries}.`)
}

/** Yields the entries. Refuses names that lead out of the archive, as `../a` and `/a` do. */
async function* entriesOf(archive: ZipFile): AsyncGenerator<Entry, void, undefined> {
  const entries = archive.eachEntry()
  for (;;) {
    const next = await entries.next().catch((error: unknown) => {
      throw damaged(error)
    })
    if (next.done === true) return
    yield next.value
  }
}

function assertReadable(entry: Entry): void {
  const { fileName, compressionMethod, versionMadeBy, externalFileAttributes } = entry
  if (entry.isEncrypted()) {
    throw new Refusal('This archive is encrypted. Decrypt it on your machine and upload it again.')
  }
  const kind = (externalFileAttributes >>> 16) & fileKind
  if (unixSystems.has(versionMadeBy >>> 8) && kind !== 0 && kind !== regularFile) {
    throw new Refusal(`"${shown(fileName)}" in this archive is a link or a device, not a file.`)
  }
  if (compressionMethod !== stored && compressionMethod !== deflated) {
    throw new Refusal(
      `"${shown(fileName)}" is compressed with method ${compressionMethod}. Use an archive with Deflate, which all programs write.`,
    )
  }
}

/** Writes one entry. Counts its bytes while they arrive: the sizes in the archive can be wrong. Resolves to their number. */
async function extract(
  archive: ZipFile,
  entry: Entry,
  { path, maxBytes }: { path: string; maxBytes: number },
): Promise<number> {
  let bytes = 0
  let sum = 0
  async function* counted(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > maxBytes) {
        throw new Refusal(
          `This archive has too many bytes for its size, or more than ${maxBytes}: it could be a bomb. Nothing was extracted.`,
        )
      }
      sum = crc32(chunk, sum)
      yield chunk
    }
  }
  try {
    const stream = await archive.openReadStreamPromise(entry)
    await pipeline(stream, counted, createWriteStream(path, { flags: 'wx' }))
  } catch (error) {
    throw error instanceof Refusal ? error : damaged(error)
  }
  if (sum !== entry.crc32) throw damaged(new Error(`wrong checksum of "${shown(entry.fileName)}"`))
  return bytes
}

function damaged(error: unknown): Refusal {
  const reason = error instanceof Error ? error.message : ''
  if (/encrypt/i.test(reason)) {
    return new Refusal('This archive is encrypted. Decrypt it on your machine and upload it again.')
  }
  return new Refusal(`This archive cannot be read: ${shown(reason)}.`)
}

function shown(text: string): string {
  return text.slice(0, 200).toWellFormed()
}
