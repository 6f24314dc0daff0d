import { Database } from './adapters/local/database.ts'
import { DiskBlobStore } from './adapters/local/disk-blobs.ts'
import { EventQueue } from './adapters/local/event-queue.ts'
import { SqliteCatalog } from './adapters/local/sqlite-catalog.ts'

/** SQLite and the disk under one directory. */
export interface LocalStorage extends AsyncDisposable {
  catalog: SqliteCatalog
  blobs: DiskBlobStore
  events: EventQueue
}

export async function openLocalStorage(options: {
  directory: string
  quotaBytes: number
  now: () => Date
}): Promise<LocalStorage> {
  const { directory, quotaBytes, now } = options
  await using opened = new AsyncDisposableStack()
  const database = opened.use(await Database.open(directory))
  const catalog = new SqliteCatalog({ database, quotaBytes, now })
  const events = opened.use(new EventQueue({ database, now }))
  const finalized = (event: Parameters<EventQueue['push']>[0]) => events.push(event)
  const blobs = opened.use(await DiskBlobStore.open({ directory, now, finalized }))
  const resources = opened.move()
  return {
    catalog,
    blobs,
    events,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
