import { minEventsKept, type TrailEntry, type TrailEvent } from '../../../model/trail/event.ts'
import type { DocumentReference } from '../rest/reference.ts'
import type { DocumentSnapshot } from '../rest/snapshot.ts'
import type { Attempt } from '../transaction/attempt.ts'

/** Events in a chunk. Chunk `k` has the events from `32 k + 1` to `32 k + 32`. */
export const chunkLength = 32

/** The document of a workspace holds fewer events than this, at most 220 KB with the longest paths. */
const maxInline = 48

/** Chunks are reused as a ring, so that the documents of a workspace are bounded without a deletion. */
const ringLength = Math.ceil(minEventsKept / chunkLength) + 1

/** The time to live of a chunk ends after the retention of its last event, with reserve for clock skew. */
const reserveMs = 24 * 3600 * 1000

interface Workspace {
  ref: DocumentReference
  stored: DocumentSnapshot
}

/**
 * Numbers the events and returns the fields to write to the document of the workspace: the latest number, and the latest events as
 * lines of JSON, which begin with the first event of a chunk. Writes full chunks to documents of their own: one write for 32
 * events. The commit depends on the version of the workspace, so the writes of chunks need no condition.
 */
export function appendEvents(
  attempt: Attempt,
  { ref, stored }: Workspace,
  entries: readonly TrailEntry[],
  { now, eventRetentionDays }: { now: Date; eventRetentionDays: number },
): object {
  if (entries.length === 0) return {}
  const latest = latestIn(stored)
  const lines = [...linesIn(stored), ...entries.map((entry, i) => lineOf(entry, latest + 1 + i))]
  const lastEvent = latest + entries.length
  let first = lastEvent - lines.length + 1
  const expiresAt = new Date(now.getTime() + eventRetentionDays * 86_400_000 + reserveMs)
  while (lines.length >= maxInline) {
    const events = lines.splice(0, chunkLength).join('\n')
    attempt.write(chunkOf(ref, first), { first, events, expiresAt })
    first += chunkLength
  }
  return { lastEvent, trail: lines.join('\n') }
}

/** Returns the document of the chunk that contains an event. */
export function chunkOf(workspace: DocumentReference, sequence: number): DocumentReference {
  const chunk = Math.floor((sequence - 1) / chunkLength)
  return workspace.collection('trail').doc(`${chunk % ringLength}`)
}

/** Returns the first event of the chunk that contains an event. */
export function firstOfChunk(sequence: number): number {
  return sequence - ((sequence - 1) % chunkLength)
}

/** A snapshot of this adapter, or of the official client. */
export type Fields = Pick<DocumentSnapshot, 'get'>

export function latestIn(workspace: Fields): number {
  return Number(workspace.get('lastEvent') ?? 0)
}

/** The latest events of a workspace, as lines of JSON. */
export function linesIn(workspace: Fields): string[] {
  const text = workspace.get('trail')
  return typeof text === 'string' && text !== '' ? text.split('\n') : []
}

function lineOf(entry: TrailEntry, sequence: number): string {
  return JSON.stringify({ sequence, ...entry } satisfies TrailEvent)
}
