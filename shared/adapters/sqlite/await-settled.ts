import type { EventEmitter } from 'node:events'
import type { FileRecord } from '../../model/file.ts'
import type { FileKey } from '../../ports/catalog.ts'
import type { Database } from './database/database.ts'
import { eventOrTimeout } from './event-or-timeout.ts'
import { isPending, readFile } from './rows.ts'

/** Longest interval between two polls for a file that another process settles. */
const maxPollMs = 100

/** Reads the file after each event of this process, and at intervals, until it is not pending. */
export async function awaitSettled(
  database: Database,
  { workspaceId, id }: FileKey,
  { event, signal }: { event: { emitter: EventEmitter; name: string }; signal: AbortSignal },
): Promise<FileRecord | undefined> {
  for (let timeoutMs = 5; ; timeoutMs = Math.min(2 * timeoutMs, maxPollMs)) {
    if (!(await database.read(() => isPending(database, workspaceId, id)))) {
      return database.read(() => readFile(database, workspaceId, id))
    }
    signal.throwIfAborted()
    await eventOrTimeout(event.emitter, event.name, { timeoutMs, signal })
  }
}
