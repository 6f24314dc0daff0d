import { closeSync, constants, openSync } from 'node:fs'
import { chmod, lstat, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { hasCode, makeDirectory, privateDirectory, privateFile } from '../files/durable.ts'

/** SQLite creates its log and its shared memory with the mode of the database. */
const databases = ['coffer.sqlite', 'presence.sqlite']
const databaseSuffixes = ['', '-wal', '-shm', '-journal']

/** The directories that the stores create in the storage directory. */
const directories = ['blobs', 'clamd', 'quarantine', 'secret', 'tmp', 'uploads']

/**
 * Creates a storage directory with files that only their owner can read, independent of the umask. Removes the access that an
 * earlier version or a restore gave to other users. Does not change the mode of a directory that contains other files but no
 * `coffer.sqlite`, because other programs may share it.
 */
export async function preparePrivateStorage(directory: string): Promise<void> {
  await makeDirectory(resolve(directory))
  const names = await readdir(directory)
  if (names.length === 0 || names.includes('coffer.sqlite')) {
    await makePrivate(directory, privateDirectory)
  }
  for (const name of directories) await makePrivate(join(directory, name), privateDirectory)
  for (const name of databases) {
    const path = join(directory, name)
    createPrivate(path)
    for (const suffix of databaseSuffixes) await makePrivate(path + suffix, privateFile)
  }
}

/**
 * Creates an empty file if it does not exist. Synchronous, because closing a file releases all POSIX locks that the process
 * holds on it, including a lock that SQLite took in the meantime.
 */
function createPrivate(path: string): void {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR
  try {
    closeSync(openSync(path, flags, privateFile))
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

/** Removes the access of other users. Skips a path that another user owns, such as the root of a volume. */
async function makePrivate(path: string, mode: number): Promise<void> {
  try {
    const found = await lstat(path)
    if (!found.isSymbolicLink() && (found.mode & 0o077) !== 0) await chmod(path, mode)
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'EPERM', 'EROFS')) throw error
  }
}
