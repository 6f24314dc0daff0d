import { closeSync, fsync, mkdirSync, openSync, readdirSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

// Changes directories on this thread, because the thread pool takes ten times as long. Only a sync waits for the disk.
const syncFile = promisify(fsync)

/** Only the service's user can read stored files. */
export const privateDirectory = 0o700
export const privateFile = 0o600

/**
 * Creates a directory and its missing parents, durably. Does not use `mkdir` with `recursive`, which never returns on a file
 * system that answers ENOENT to every `mkdir`, such as `/proc`.
 */
export async function makeDirectory(path: string): Promise<void> {
  if (await makeOne(path, 'ENOENT')) return
  await makeDirectory(dirname(path))
  await makeOne(path)
}

/** Returns false if `mkdir` fails with the tolerated code. */
async function makeOne(path: string, tolerated?: string): Promise<boolean> {
  try {
    mkdirSync(path, privateDirectory)
  } catch (error) {
    if (hasCode(error, 'EEXIST') && statSync(path).isDirectory()) return true
    if (tolerated !== undefined && hasCode(error, tolerated) && dirname(path) !== path) return false
    throw error
  }
  await sync(dirname(path))
  return true
}

/**
 * Moves a directory with its content to a path that does not exist, durably. Returns false and changes nothing if the path
 * exists: POSIX `rename` never replaces a directory that is not empty. This makes blobs create-only across processes. Returns
 * false too if `isFree`, called immediately before the move, returns false.
 */
export async function publishDirectory(
  from: string,
  to: string,
  isFree = () => true,
): Promise<boolean> {
  await syncTree(from)
  if (!isFree()) return false
  try {
    await renameInto(from, to)
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false
    throw error
  }
  await sync(dirname(to))
  return true
}

/** Creates the parent of `to` if the rename fails without it. */
async function renameInto(from: string, to: string): Promise<void> {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    await makeDirectory(dirname(to))
    renameSync(from, to)
  }
}

/** Whether an error is a failed system call with one of these POSIX codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/** The result, or undefined if the file or directory does not exist. */
export async function ifPresent<Result>(result: Promise<Result>): Promise<Result | undefined> {
  return result.catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  })
}

async function syncTree(directory: string): Promise<void> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    await (entry.isDirectory() ? syncTree(path) : sync(path))
  }
  await sync(directory)
}

async function sync(path: string): Promise<void> {
  const file = openSync(path, 'r')
  try {
    await syncFile(file)
  } finally {
    closeSync(file)
  }
}
