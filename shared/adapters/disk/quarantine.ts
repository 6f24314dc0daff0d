import { createWriteStream } from 'node:fs'
import { access, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { BlobRef, BlobStore } from '../../ports/blob-store.ts'
import type { Quarantine, QuarantineNote } from '../../ports/quarantine.ts'
import { Temporaries } from './temporaries.ts'
import {
  hasCode,
  ifPresent,
  makeDirectory,
  privateFile,
  publishDirectory,
} from '../files/durable.ts'

export interface DiskQuarantineOptions {
  /** Made where it is missing; on one file system, which need not be that of the blobs. */
  directory: string
  blobs: Pick<BlobStore, 'read'>
  takesUploads: boolean
  retentionDays: number
  now: () => Date
}

const dayMs = 24 * 3600 * 1000
const noteName = 'note.json'
/** No program opens a file of this name, and nobody runs it: it is not executable. */
const bytesName = 'bytes.quarantined'
const noteSchema = z.looseObject({ quarantinedAt: z.coerce.date() })

/**
 * Infected bytes on the local disk: `{directory}/kept/{fileId}-{generation}/` holds `bytes.quarantined` and `note.json`, for
 * the service's own user alone. What is not complete yet lies in `tmp/`. Several processes may share the directory.
 */
export class DiskQuarantine implements Quarantine {
  readonly takesUploads: boolean
  readonly #kept: string
  readonly #temporaries: Temporaries
  readonly #options: DiskQuarantineOptions

  private constructor(kept: string, temporaries: Temporaries, options: DiskQuarantineOptions) {
    this.#kept = kept
    this.#temporaries = temporaries
    this.#options = options
    this.takesUploads = options.takesUploads
  }

  static async open(options: DiskQuarantineOptions): Promise<DiskQuarantine> {
    const directory = resolve(options.directory)
    const kept = join(directory, 'kept')
    await makeDirectory(kept)
    return new DiskQuarantine(kept, await Temporaries.open(join(directory, 'tmp')), options)
  }

  async keep(blob: BlobRef, note: QuarantineNote): Promise<void> {
    const place = join(this.#kept, `${note.fileId}-${blob.generation}`)
    const isKept = await ifPresent(access(place).then(() => true))
    const body = isKept ? undefined : await this.#options.blobs.read(blob)
    if (!body) return
    const staged = await this.#temporaries.create()
    try {
      await pipeline(body, createWriteStream(join(staged, bytesName), { mode: privateFile }))
      const quarantinedAt = this.#options.now()
      const text = JSON.stringify({ ...note, storagePath: blob.storagePath, quarantinedAt })
      await writeFile(join(staged, noteName), text, { mode: privateFile })
      const isFirst = await publishDirectory(staged, place)
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
      const place = join(this.#kept, name)
      // Another sweep may have been faster.
      const note = await ifPresent(readFile(join(place, noteName), 'utf8').catch(emptyUnlessAbsent))
      if (note === undefined) continue
      const quarantinedAt = instantOf(note)
      if (quarantinedAt === undefined) unreadable.push(join(place, noteName))
      if (quarantinedAt === undefined || quarantinedAt >= before) continue
      await this.#temporaries.discard(place)
      removed += 1
    }
    // What somebody has edited keeps nothing else in quarantine, and is not kept there unnoticed.
    if (unreadable.length > 0) {
      throw new Error(`no "quarantinedAt" can be read in ${unreadable.join(', ')}`)
    }
    return removed
  }
}

/** A note that cannot be read says nothing, and the others are still read. */
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
