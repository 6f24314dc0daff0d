import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ReportBadFile } from './bad-files.ts'
import { ifPresent, privateFile } from '../files/durable.ts'
import type { Temporaries } from './temporaries.ts'

/** No object name begins like this, so that a listing never takes one for a blob. */
const mark = '+'

/**
 * What was made of blobs, each beside its blob in the generation's own directory: whatever removes that, removes these.
 * A cache: not flushed, lost with a crash of the machine.
 */
export class DiskDerived {
  readonly #temporaries: Temporaries
  readonly #report: ReportBadFile

  constructor(temporaries: Temporaries, report: ReportBadFile) {
    this.#temporaries = temporaries
    this.#report = report
  }

  /** `blob` is the blob's own file. A derived file that cannot be read, or that a crash has emptied, is as good as none. */
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
      // Fails where the blob is gone, and its directory with it: then there is nothing to keep this for.
      await ifPresent(rename(path, pathOf(blob, name)))
    } finally {
      await rm(staged, { recursive: true, force: true })
    }
  }
}

function pathOf(blob: string, name: string): string {
  if (!/^[a-z0-9.-]+$/.test(name)) throw new Error(`${name} is no name of something derived`)
  return join(dirname(blob), mark + name)
}
