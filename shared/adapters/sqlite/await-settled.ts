import type { EventEmitter } from 'node:events'
import type { FileRecord } from '../../model/file.ts'
import type { FileKey } from '../../ports/catalog.ts'
import type { Database } from './database/database.ts'
import { eventOrTimeout } from './event-or-timeout.ts'
import { isPending, readFile } from './rows.ts'

const pending = Symbol('pending')

/** Longest interval between two polls for a file that another process settles. */
const maxPollMs = 100

/**
 * Reads the file after each event of this process, and at intervals, until it is not pending. An event that brings the settled
 * record needs no read, which would wait for the sync of later changes.
 */
export async function awaitSettled(
  database: Database,
  { workspaceId, id }: FileKey,
  { event, signal }: { event: { emitter: EventEmitter; name: string }; signal: AbortSignal },
): Promise<FileRecord | undefined> {
  for (let timeoutMs = 5; ; timeoutMs = Math.min(2 * timeoutMs, maxPollMs)) {
    const found = await database.read(() =>
      isPending(database, workspaceId, id)
        ? pending
        : { file: readFile(database, workspaceId, id) },
    )
    if (found !== pending) return found.file
    signal.throwIfAborted()
    const settled = await eventOrTimeout<FileRecord>(event.emitter, event.name, {
      timeoutMs,
      signal,
    })
    if (settled) return settled
  }
}
