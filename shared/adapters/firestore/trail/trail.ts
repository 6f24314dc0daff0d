import { trailEventSchema, type TrailEvent } from '../../../model/trail/event.ts'
import { assertKept, expiryOf } from '../../../model/trail/expired.ts'
import type { Trail, TrailPage, TrailPurge, TrailQuery } from '../../../ports/trail.ts'
import type { FirestoreConnection } from '../connection.ts'
import type { DocumentReference } from '../rest/reference.ts'
import { chunkLength, chunkOf, firstOfChunk, latestIn, linesIn, type Fields } from './append.ts'
import { WorkspaceListeners } from './listeners.ts'

/** The trail in Firestore: the latest events in the document of the workspace, and earlier ones in chunks. */
export class FirestoreTrail implements Trail {
  readonly #connection: FirestoreConnection
  readonly #now: () => Date
  readonly #listeners: WorkspaceListeners

  constructor(connection: FirestoreConnection, now: () => Date) {
    this.#connection = connection
    this.#now = now
    this.#listeners = new WorkspaceListeners(connection)
  }

  async latest(workspaceId: string): Promise<number> {
    const workspace = this.#connection.workspace(workspaceId)
    return latestIn(await this.#connection.run(workspace.get()))
  }

  /** One read, and one more for each 32 events that the document of the workspace no longer holds. */
  async page(workspaceId: string, query: TrailQuery): Promise<TrailPage> {
    const workspace = this.#connection.workspace(workspaceId)
    const page = workspace.get().then((stored) => this.#pageOf(workspace, stored, query))
    return this.#connection.run(page)
  }

  /** One read for the listener of the workspace in this process, and one for each of its changes. */
  async awaitPage(workspaceId: string, query: TrailQuery, signal: AbortSignal): Promise<TrailPage> {
    const workspace = this.#connection.workspace(workspaceId)
    const isNewer = (fields: Fields) => latestIn(fields) > query.after
    const page = this.#listeners
      .until(workspace.name, isNewer, signal)
      .then((stored) => this.#pageOf(workspace, stored, query))
    return this.#connection.run(page)
  }

  /** Firestore's time to live deletes the chunks. */
  async purgeExpired(): Promise<TrailPurge> {
    return { purged: 0 }
  }

  async #pageOf(
    workspace: DocumentReference,
    stored: Fields,
    { after, limit }: TrailQuery,
  ): Promise<TrailPage> {
    const latest = latestIn(stored)
    const inline = linesIn(stored)
    const firstInline = latest - inline.length + 1
    const last = Math.min(latest, after + limit)
    const lines = after < firstInline - 1 ? await readChunks(workspace, after + 1, last) : []
    if (last >= firstInline) lines.push(...inline)
    const events = contiguous(lines, after, last)
    assertKept(after, events[0], { latest, expiry: this.#expiry })
    return { events, latest }
  }

  get #expiry(): Date {
    return expiryOf(this.#now(), this.#connection.eventRetentionDays)
  }
}

/** Reads the lines of the chunks with the events from `first` to `last`. Omits chunks that are no longer kept. */
async function readChunks(
  workspace: DocumentReference,
  first: number,
  last: number,
): Promise<string[]> {
  const starts: number[] = []
  for (let at = firstOfChunk(first); at <= last; at += chunkLength) starts.push(at)
  const chunks = await Promise.all(starts.map((start) => chunkOf(workspace, start).get()))
  // A later chunk may have replaced this one in the ring.
  return chunks.flatMap((chunk, i) =>
    chunk.get('first') === starts[i] ? String(chunk.get('events')).split('\n') : [],
  )
}

/** Returns the events after a number, up to the first gap. */
function contiguous(lines: readonly string[], after: number, last: number): TrailEvent[] {
  const events: TrailEvent[] = []
  for (const line of lines) {
    const expected = after + events.length + 1
    if (expected > last) break
    const event = trailEventSchema.parse(JSON.parse(line))
    if (event.sequence === expected) events.push(event)
  }
  return events
}
