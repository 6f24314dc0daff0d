import { closeSync, constants, openSync } from 'node:fs'
import { chmod, lstat, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { hasCode, makeDirectory, privateDirectory, privateFile } from '../files/durable.ts'

/** SQLite gives its log and its shared memory the mode that the database has. */
const databases = ['coffer.sqlite', 'presence.sqlite']
const besideDatabases = ['-wal', '-shm', '-journal']

/** The directories that the stores make right below the storage directory. */
const directories = ['blobs', 'clamd', 'quarantine', 'secret', 'tmp', 'uploads']

/**
 * Makes a storage directory whose files only their owner can read, whatever the umask is, and takes from others what an
 * earlier version or a restore has let them read. A directory that also holds something else keeps its own mode: it may be
 * everybody's.
 */
export async function preparePrivateStorage(directory: string): Promise<void> {
  await makeDirectory(resolve(directory))
  const names = await readdir(directory)
  if (names.length === 0 || names.includes('coffer.sqlite')) {
    await takeFromOthers(directory, privateDirectory)
  }
  for (const name of directories) await takeFromOthers(join(directory, name), privateDirectory)
  for (const name of databases) {
    const path = join(directory, name)
    createPrivate(path)
    for (const suffix of ['', ...besideDatabases]) await takeFromOthers(path + suffix, privateFile)
  }
}

/**
 * Makes an empty file that is not there yet. Synchronous: closing a file drops all locks of this process on it, and SQLite in
 * this process could have taken some meanwhile.
 */
function createPrivate(path: string): void {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR
  try {
    closeSync(openSync(path, flags, privateFile))
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

/** Leaves what another user owns, such as the root of a volume: its owner decides. */
async function takeFromOthers(path: string, mode: number): Promise<void> {
  try {
    const found = await lstat(path)
    if (!found.isSymbolicLink() && (found.mode & 0o077) !== 0) await chmod(path, mode)
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'EPERM', 'EROFS')) throw error
  }
}
