import { SqliteSmallBlobs } from '../../shared/adapters/sqlite/blobs/small-blobs.ts'
import { Database } from '../../shared/adapters/sqlite/database/database.ts'
import type { DiskBlobOptions } from '../../shared/adapters/disk/blob-store.ts'
import { openDiskStore, temporaryDirectory } from './disk-store.ts'

/** Opens a disk store with its small blobs in SQLite, in a directory. */
export async function openSmallStore(directory: string, options: Partial<DiskBlobOptions> = {}) {
  const database = await Database.open(directory)
  const small = new SqliteSmallBlobs({
    database,
    push: async (event, alongside) => {
      await database.write(alongside)
      opened.events.push(event)
    },
  })
  const opened = await openDiskStore(directory, { small, ...options })
  return {
    ...opened,
    database,
    small,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

/** Opens such a store in a temporary directory, which disposing deletes. */
export async function openFreshSmallStore(options: Partial<DiskBlobOptions> = {}) {
  const directory = await temporaryDirectory()
  const opened = await openSmallStore(directory.path, options)
  return {
    ...opened,
    directory: directory.path,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}
