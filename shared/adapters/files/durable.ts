import { mkdir, open, readdir, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Nobody but the service's own user reads what is stored. */
export const privateDirectory = 0o700
export const privateFile = 0o600

/**
 * Makes a directory and those above it that are missing; they survive a crash of the machine. One step at a time:
 * `mkdir` with `recursive` never ends where a file system, such as `/proc`, takes no directory and answers ENOENT.
 */
export async function makeDirectory(path: string): Promise<void> {
  if (await makeOne(path, 'ENOENT')) return
  await makeDirectory(dirname(path))
  await makeOne(path)
}

/** False where it fails with the code. */
async function makeOne(path: string, tolerated?: string): Promise<boolean> {
  try {
    await mkdir(path, privateDirectory)
  } catch (error) {
    if (hasCode(error, 'EEXIST') && (await stat(path)).isDirectory()) return true
    if (tolerated !== undefined && hasCode(error, tolerated) && dirname(path) !== path) return false
    throw error
  }
  await sync(dirname(path))
  return true
}

/**
 * Moves a directory, with all that is in it, to a place where nothing is; from then on it survives a crash of the
 * machine. False, and nothing changes, where something is: a directory never replaces one that is not empty, and this is
 * what makes a blob create-only among any number of processes (POSIX `rename`).
 */
export async function publishDirectory(from: string, to: string): Promise<boolean> {
  await syncTree(from)
  await makeDirectory(dirname(to))
  try {
    await rename(from, to)
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false
    throw error
  }
  await sync(dirname(to))
  return true
}

/** The error of a system call, by its POSIX name. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/** The result, or undefined where a file or directory is not there. */
export async function ifPresent<Result>(result: Promise<Result>): Promise<Result | undefined> {
  return result.catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  })
}

async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    await (entry.isDirectory() ? syncTree(path) : sync(path))
  }
  await sync(directory)
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path)
  await handle.sync()
}
