import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Database } from '../../shared/adapters/sqlite/database/database.ts'
import { SqliteSmallBlobs } from '../../shared/adapters/sqlite/blobs/small-blobs.ts'
import { DiskBlobStore } from '../../shared/adapters/disk/blob-store.ts'
import { DiskQuarantine } from '../../shared/adapters/disk/quarantine.ts'
import { SqliteCatalog } from '../../shared/adapters/sqlite/catalog.ts'
import type { FinalizeEvent } from '../../shared/ports/blob-store.ts'
import { recordLimits } from './workspace.ts'
import type { OpenWorld } from './world.ts'

/** Opens SQLite and the disk stores, without the queue that delivers their events. */
export const openLocalWorld: OpenWorld = async ({ quotaBytes, now }) => {
  await using opened = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'coffer-model-'))
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  const database = opened.use(await Database.open(directory))
  const events: FinalizeEvent[] = []
  const finalized = (event: FinalizeEvent) => void events.push(event)
  const small = new SqliteSmallBlobs({
    database,
    push: async (event, alongside) => {
      await database.write(alongside)
      events.push(event)
    },
  })
  const blobs = opened.use(await DiskBlobStore.open({ directory, now, finalized, small }))
  const quarantine = await DiskQuarantine.open({
    directory: join(directory, 'quarantine'),
    includesUploads: true,
    retentionDays: 30,
    blobs,
    now,
  })
  const resources = opened.move()
  return {
    catalogs: [new SqliteCatalog({ database, quotaBytes, recordLimits, now })],
    blobs,
    quarantine,
    events,
    takesParts: true,
    send: async ({ uploadId }, bytes, { from, to }) => {
      const body = Readable.from([bytes.subarray(from, to)])
      await blobs.append(uploadId, { body, firstByte: from, totalBytes: bytes.length })
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
