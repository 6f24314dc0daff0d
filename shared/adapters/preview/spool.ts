import { createWriteStream, mkdtempSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const prefix = 'coffer-media-'
const staleAgeMs = 24 * 3600 * 1000

/** A temporary directory for a decoder. Disposal removes it. */
export class Spool implements AsyncDisposable {
  readonly directory: string

  private constructor(directory: string) {
    this.directory = directory
  }

  static async open(): Promise<Spool> {
    return new Spool(await mkdtemp(join(tmpdir(), prefix)))
  }

  static openSync(): Spool {
    return new Spool(mkdtempSync(join(tmpdir(), prefix)))
  }

  /** Writes a body to a file that only this process's user may read. Resolves to its path. */
  async write(name: string, body: Readable): Promise<string> {
    const path = this.path(name)
    await pipeline(body, createWriteStream(path, { mode: 0o600 }))
    return path
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true })
  }
}

/** Removes directories of killed processes after a day. Ignores directories that cannot be removed. */
export async function removeStaleSpools(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => [])
  for (const name of names.filter((entry) => entry.startsWith(prefix))) {
    const path = join(tmpdir(), name)
    const found = await stat(path).catch(() => undefined)
    if (!found || Date.now() - found.mtimeMs < staleAgeMs) continue
    await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}
