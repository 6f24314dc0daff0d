import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ifPresent, makeDirectory, privateDirectory } from '../files/durable.ts'

const staleAgeMs = 24 * 3600 * 1000

/** Temporary directories, for content that becomes visible atomically when its directory is moved. */
export class TemporaryDirectories {
  readonly #root: string

  private constructor(root: string) {
    this.#root = root
  }

  /** `root` must be on the file system to which its directories are moved. */
  static async open(root: string): Promise<TemporaryDirectories> {
    await makeDirectory(root)
    return new TemporaryDirectories(root)
  }

  /** Creates an empty directory, and returns its path. */
  async create(): Promise<string> {
    const path = this.#newPath()
    mkdirSync(path, privateDirectory)
    return path
  }

  /** Deletes a directory anywhere on the file system, atomically: moves it here first. A missing directory is not an error. */
  async discard(path: string): Promise<void> {
    const hidden = this.#newPath()
    await ifPresent(rename(path, hidden))
    await rm(hidden, { recursive: true, force: true })
  }

  /** Deletes the leftovers of crashes: directories without a write for 24 hours. */
  async removeStale(now: Date): Promise<void> {
    for (const name of await readdir(this.#root)) {
      const path = join(this.#root, name)
      if (now.getTime() - (await lastWritten(path)) > staleAgeMs) {
        await rm(path, { recursive: true, force: true })
      }
    }
  }

  #newPath(): string {
    return join(this.#root, randomUUID())
  }
}

/**
 * The latest modification in the directory, in milliseconds since 1970. Looks at the files too, because appending to a file
 * does not change the time of its directory.
 */
async function lastWritten(directory: string): Promise<number> {
  const below = (await ifPresent(readdir(directory, { recursive: true }))) ?? []
  const times = [directory, ...below.map((path) => join(directory, path))].map(async (path) => {
    const found = await ifPresent(stat(path))
    return found?.mtimeMs ?? 0
  })
  return Math.max(...(await Promise.all(times)))
}
