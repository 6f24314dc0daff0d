import type { TrailEvent } from '../../shared/model/trail/event.ts'

type Event = Pick<TrailEvent, 'sequence' | 'type' | 'fileId' | 'path' | 'code' | 'supersededBy'>

interface Replayed {
  path: string
  state: string
  isDeleted: boolean
}

/** The files of a workspace as its events tell them, as sorted lines. Throws for a gap, or an event of a file without record. */
export function replayedFiles(events: readonly Event[]): string[] {
  const files = new Map<string, Replayed>()
  for (const [index, event] of events.entries()) {
    if (event.sequence !== index + 1) throw new Error(`Event ${index + 1} is missing`)
    const before = files.get(event.fileId)
    if (!before !== (event.type === 'created')) {
      throw new Error(`${JSON.stringify(event)} of ${JSON.stringify(before)}`)
    }
    const after = replayed(before, event)
    if (after) files.set(event.fileId, after)
    else files.delete(event.fileId)
  }
  return [...files].map(([id, file]) => lineOf({ id, ...file })).toSorted()
}

/** The files of a listing in the same form. */
export function listedFiles(files: readonly (Replayed & { id: string })[]): string[] {
  return files.map(lineOf).toSorted()
}

function replayed(before: Replayed | undefined, event: Event): Replayed | undefined {
  const { path, type, code } = event
  const { state, isDeleted } = before ?? { state: 'pending', isDeleted: false }
  switch (type) {
    case 'created':
      return { path, state: 'pending', isDeleted: false }
    case 'ready':
    case 'infected':
    case 'unscannable':
      return { path, state: type, isDeleted: isDeleted || event.supersededBy !== undefined }
    case 'failed':
      return code === 'precondition-failed' ? { path, state: 'ready', isDeleted: true } : undefined
    case 'replaced':
    case 'deleted':
      return { path, state, isDeleted: true }
    case 'restored':
      return { path, state, isDeleted: false }
    case 'moved':
    case 'updated':
      return { path, state, isDeleted }
    case 'purged':
      return undefined
  }
}

function lineOf({ id, path, state, isDeleted }: Replayed & { id: string }): string {
  return `${id} ${path} ${state}${isDeleted ? ' deleted' : ''}`
}
