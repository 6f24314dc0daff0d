import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ifPresent, makeDirectory, privateDirectory } from '../files/durable.ts'

const staleAgeMs = 24 * 3600 * 1000

/** Directories that become visible whole, by being moved elsewhere, or not at all. */
export class Temporaries {
  readonly #root: string

  private constructor(root: string) {
    this.#root = root
  }

  /** `root` lies on the file system of the places that its directories are moved to. */
  static async open(root: string): Promise<Temporaries> {
    await makeDirectory(root)
    return new Temporaries(root)
  }

  /** A new empty directory. */
  async create(): Promise<string> {
    const path = this.#newPath()
    await mkdir(path, privateDirectory)
    return path
  }

  /** Deletes a directory, out of sight at once and as a whole; one that is not there is no error. */
  async discard(path: string): Promise<void> {
    const hidden = this.#newPath()
    await ifPresent(rename(path, hidden))
    await rm(hidden, { recursive: true, force: true })
  }

  /** Deletes what a crash left here: directories in which nothing was written for 24 hours. */
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

/** In milliseconds; growing files do not touch the directory that they are in. */
async function lastWritten(directory: string): Promise<number> {
  const below = (await ifPresent(readdir(directory, { recursive: true }))) ?? []
  const times = [directory, ...below.map((path) => join(directory, path))].map(async (path) => {
    const found = await ifPresent(stat(path))
    return found?.mtimeMs ?? 0
  })
  return Math.max(...(await Promise.all(times)))
}
