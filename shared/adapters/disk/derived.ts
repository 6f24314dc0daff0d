import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ReportBadFile } from './bad-files.ts'
import { ifPresent, privateFile } from '../files/durable.ts'
import type { TemporaryDirectories } from './temporary-directories.ts'

/** No object name starts with this character, so a listing cannot mistake a derived file for a blob. */
const namePrefix = '+'

/**
 * Derived files, such as previews, next to their blob in the directory of its generation. Deleting that directory deletes
 * them. Writes do not sync, because this is a cache: a crash of the machine may leave an empty file.
 */
export class DiskDerived {
  readonly #temporaries: TemporaryDirectories
  readonly #report: ReportBadFile

  constructor(temporaries: TemporaryDirectories, report: ReportBadFile) {
    this.#temporaries = temporaries
    this.#report = report
  }

  /** `blob` is the path of the blob. Reports a derived file that is empty or cannot be read, and returns undefined. */
  async read(blob: string, name: string): Promise<Buffer | undefined> {
    const path = pathOf(blob, name)
    try {
      const bytes = await ifPresent(readFile(path))
      if (bytes?.length === 0) throw new Error('it is empty')
      return bytes
    } catch (error) {
      this.#report(path, error)
      return undefined
    }
  }

  async write(blob: string, name: string, bytes: Buffer): Promise<void> {
    const staged = await this.#temporaries.create()
    try {
      const path = join(staged, 'derived')
      await writeFile(path, bytes, { mode: privateFile })
      // Fails if the blob and its directory have been deleted.
      await ifPresent(rename(path, pathOf(blob, name)))
    } finally {
      await rm(staged, { recursive: true, force: true })
    }
  }
}

export function assertDerivedName(name: string): void {
  if (!/^[a-z0-9.-]+$/.test(name)) throw new Error(`${name} is not a valid name of a derived file`)
}

function pathOf(blob: string, name: string): string {
  assertDerivedName(name)
  return join(dirname(blob), namePrefix + name)
}
