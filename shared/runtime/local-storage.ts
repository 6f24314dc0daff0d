import { join } from 'node:path'
import { reportOnce } from '../adapters/disk/bad-files.ts'
import { Database, type DatabaseOptions } from '../adapters/sqlite/database/database.ts'
import { DiskBlobStore } from '../adapters/disk/blob-store.ts'
import { DiskQuarantine } from '../adapters/disk/quarantine.ts'
import { EventQueue } from '../adapters/sqlite/events/event-queue.ts'
import { DirectoryLock } from '../adapters/sqlite/directory-lock.ts'
import { preparePrivateStorage } from '../adapters/disk/private-storage.ts'
import { SqliteCatalog } from '../adapters/sqlite/catalog.ts'
import { SqliteSmallBlobs } from '../adapters/sqlite/blobs/small-blobs.ts'
import type { RecordLimits } from '../model/usage.ts'

const byDefault = { location: undefined, retentionDays: 30 }

/** SQLite and the disk under one directory. */
export interface LocalStorage extends AsyncDisposable {
  catalog: SqliteCatalog
  folders: SqliteCatalog['folders']
  links: SqliteCatalog['links']
  runs: SqliteCatalog['runs']
  shares: SqliteCatalog['shares']
  trail: SqliteCatalog['trail']
  blobs: DiskBlobStore
  events: EventQueue
  quarantine: DiskQuarantine
  /** An instant at which no process used the directory. Undefined if other processes use it. */
  exclusiveSince: Date | undefined
}

export async function openLocalStorage(options: {
  directory: string
  quotaBytes: number
  recordLimits?: RecordLimits
  eventRetentionDays?: number
  now: () => Date
  quarantine?: { location: string | undefined; retentionDays: number }
  /** Receives messages about unusable files that are skipped. */
  log?: (message: string) => void
  database?: DatabaseOptions
}): Promise<LocalStorage> {
  const {
    directory,
    quotaBytes,
    recordLimits,
    eventRetentionDays,
    now,
    log = () => undefined,
    quarantine: { location, retentionDays } = byDefault,
  } = options
  await using opened = new AsyncDisposableStack()
  await preparePrivateStorage(directory)
  // Before any other write, so that no other process treats the work of this one as abandoned.
  const { exclusiveSince } = opened.use(
    await DirectoryLock.open({ directory, now }).catch(naming(join(directory, 'presence.sqlite'))),
  )
  const database = opened.use(
    await Database.open(directory, options.database).catch(
      naming(join(directory, 'coffer.sqlite')),
    ),
  )
  const catalog = new SqliteCatalog({
    database,
    quotaBytes,
    ...(recordLimits && { recordLimits }),
    ...(eventRetentionDays !== undefined && { eventRetentionDays }),
    now,
  })
  const events = opened.use(new EventQueue({ database, now }))
  const small = new SqliteSmallBlobs({
    database,
    push: (event, alongside) => events.push(event, alongside),
  })
  const finalized = (event: Parameters<EventQueue['push']>[0]) => events.push(event)
  const blobs = opened.use(
    await DiskBlobStore.open({ directory, now, finalized, small, report: reportOnce(log) }),
  )
  const quarantine = await DiskQuarantine.open({
    directory: location ?? join(directory, 'quarantine'),
    includesUploads: location !== undefined,
    retentionDays,
    blobs,
    now,
  })
  const resources = opened.move()
  return {
    catalog,
    folders: catalog.folders,
    links: catalog.links,
    runs: catalog.runs,
    shares: catalog.shares,
    trail: catalog.trail,
    blobs,
    events,
    quarantine,
    exclusiveSince,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** Adds the path to an error of SQLite, whose message does not contain it. */
function naming(path: string): (error: unknown) => never {
  return (cause) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${path} cannot be opened: ${reason}`, { cause })
  }
}
