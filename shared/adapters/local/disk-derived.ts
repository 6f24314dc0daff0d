import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ifPresent, privateFile } from './durable.ts'
import type { Temporaries } from './disk-temporaries.ts'

/** No object name begins like this, so that a listing never takes one for a blob. */
const mark = '+'

/**
 * What was made of blobs, each beside its blob in the generation's own directory: whatever removes that, removes these.
 * A cache: not flushed, lost with a crash of the machine.
 */
export class DiskDerived {
  readonly #temporaries: Temporaries

  constructor(temporaries: Temporaries) {
    this.#temporaries = temporaries
  }

  /** `blob` is the blob's own file. */
  read(blob: string, name: string): Promise<Buffer | undefined> {
    return ifPresent(readFile(pathOf(blob, name)))
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
