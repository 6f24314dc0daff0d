import { createWriteStream } from 'node:fs'
import { access, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { BlobRef, BlobStore } from '../../ports/blob-store.ts'
import type { Quarantine, QuarantineNote } from '../../ports/quarantine.ts'
import { TemporaryDirectories } from './temporary-directories.ts'
import {
  hasCode,
  ifPresent,
  makeDirectory,
  privateFile,
  publishDirectory,
} from '../files/durable.ts'

export interface DiskQuarantineOptions {
  /** Created if missing. Everything below it must be on one file system, which may differ from that of the blobs. */
  directory: string
  blobs: Pick<BlobStore, 'read'>
  includesUploads: boolean
  retentionDays: number
  now: () => Date
}

const dayMs = 24 * 3600 * 1000
const noteName = 'note.json'
/** The extension is not associated with a program, and the file is not executable. */
const bytesName = 'bytes.quarantined'
const noteSchema = z.looseObject({ quarantinedAt: z.coerce.date() })

/**
 * Infected bytes on the local disk: `{directory}/kept/{fileId}-{generation}/` contains `bytes.quarantined` and `note.json`,
 * readable by the service's user only. `tmp/` contains incomplete copies. Several processes may share the directory.
 */
export class DiskQuarantine implements Quarantine {
  readonly includesUploads: boolean
  readonly #kept: string
  readonly #temporaries: TemporaryDirectories
  readonly #options: DiskQuarantineOptions

  private constructor(
    kept: string,
    temporaries: TemporaryDirectories,
    options: DiskQuarantineOptions,
  ) {
    this.#kept = kept
    this.#temporaries = temporaries
    this.#options = options
    this.includesUploads = options.includesUploads
  }

  static async open(options: DiskQuarantineOptions): Promise<DiskQuarantine> {
    const directory = resolve(options.directory)
    const kept = join(directory, 'kept')
    await makeDirectory(kept)
    return new DiskQuarantine(
      kept,
      await TemporaryDirectories.open(join(directory, 'tmp')),
      options,
    )
  }

  async keep(blob: BlobRef, note: QuarantineNote): Promise<void> {
    const directory = join(this.#kept, `${note.fileId}-${blob.generation}`)
    const isKept = await ifPresent(access(directory).then(() => true))
    const body = isKept ? undefined : await this.#options.blobs.read(blob)
    if (!body) return
    const staged = await this.#temporaries.create()
    try {
      await pipeline(body, createWriteStream(join(staged, bytesName), { mode: privateFile }))
      const quarantinedAt = this.#options.now()
      const text = JSON.stringify({ ...note, storagePath: blob.storagePath, quarantinedAt })
      await writeFile(join(staged, noteName), text, { mode: privateFile })
      const isFirst = await publishDirectory(staged, directory)
      if (!isFirst) await this.#temporaries.discard(staged)
    } catch (error) {
      await this.#temporaries.discard(staged)
      throw error
    }
  }

  async removeExpired(): Promise<number> {
    const { now, retentionDays } = this.#options
    await this.#temporaries.removeStale(now())
    const before = new Date(now().getTime() - retentionDays * dayMs)
    const unreadable: string[] = []
    let removed = 0
    for (const name of await readdir(this.#kept)) {
      const directory = join(this.#kept, name)
      const path = join(directory, noteName)
      // Another sweep may have removed the note.
      const note = await ifPresent(readFile(path, 'utf8').catch(emptyUnlessAbsent))
      if (note === undefined) continue
      const quarantinedAt = instantOf(note)
      if (quarantinedAt === undefined) unreadable.push(path)
      if (quarantinedAt === undefined || quarantinedAt >= before) continue
      await this.#temporaries.discard(directory)
      removed += 1
    }
    // Report unreadable notes only after all other expired files have been removed.
    if (unreadable.length > 0) {
      throw new Error(`Cannot read "quarantinedAt" in ${unreadable.join(', ')}`)
    }
    return removed
  }
}

/** An unreadable note counts as empty, so that the sweep continues with the others. */
function emptyUnlessAbsent(error: unknown): string {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
  return ''
}

function instantOf(note: string): Date | undefined {
  try {
    return noteSchema.parse(JSON.parse(note)).quarantinedAt
  } catch {
    return undefined
  }
}
