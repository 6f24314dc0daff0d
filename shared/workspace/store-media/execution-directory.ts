import { chmod, link, lstat, mkdir, opendir, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { siblingNames } from '../../media/fitting-name.ts'

/**
 * Creates a directory that only this process's user may enter. Resolves to whether it was created. Throws if the path exists
 * and is not a directory of this user: in a shared temporary directory, any user can place a link there.
 */
export async function ownDirectory(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 })
    return true
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  }
  const entry = await lstat(path)
  if (!entry.isDirectory() || entry.uid !== process.geteuid?.()) {
    throw new Error(
      `${path} must be a directory that this user owns: set MEDIA_TEMP_DIR to such a directory`,
    )
  }
  return false
}

/** Sums the sizes of all files below a directory. Does not follow links. A missing directory has 0 bytes. */
export async function directoryBytes(path: string): Promise<number> {
  let bytes = 0
  try {
    for await (const entry of await opendir(path, { recursive: true })) {
      if (entry.isFile()) bytes += await sizeOf(join(entry.parentPath, entry.name))
    }
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
  }
  return bytes
}

/**
 * Moves a staged file into a directory atomically, under its name or the first free sibling name. Never replaces a file, even
 * under concurrency.
 */
export async function publish(staged: string, directory: string, name: string): Promise<string> {
  const isNew = await ownDirectory(directory)
  try {
    for (const candidate of siblingNames(name)) {
      if (!(await linked(staged, join(directory, candidate)))) continue
      await unlink(staged)
      return candidate
    }
  } catch (error) {
    // `rmdir` fails and keeps the directory if another call has published a file in it.
    if (isNew) await rmdir(directory).catch(() => undefined)
    throw error
  }
  throw new Error('siblingNames ended')
}

/** Removes a directory. Renames it to `aside` first, so that it disappears immediately. */
export async function removeDirectory(path: string, aside: string): Promise<void> {
  try {
    await rename(path, aside)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  await removeTree(aside)
}

/** Removes a file or directory if it exists, including read-only directories, such as Go's module cache. */
export async function removeTree(path: string): Promise<void> {
  const options = { recursive: true, force: true }
  try {
    await rm(path, options)
  } catch (error) {
    if (!isCode(error, 'EACCES')) throw error
    await makeWritable(path)
    await rm(path, options)
  }
}

async function makeWritable(directory: string): Promise<void> {
  await chmod(directory, 0o700)
  for await (const entry of await opendir(directory)) {
    if (entry.isDirectory()) await makeWritable(join(directory, entry.name))
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size
  } catch (error) {
    if (isCode(error, 'ENOENT')) return 0
    throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
