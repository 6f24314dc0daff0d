import type { Caller } from '../../model/access.ts'
import { sessionOf } from '../../model/path.ts'
import type { WorkspacePath } from '../../model/ids.ts'
import type { TrailEvent } from '../../model/trail/event.ts'

/** An event as a caller may see it. */
export type VisibleEvent = Omit<TrailEvent, 'path'> & { path?: WorkspacePath }

/**
 * The event without paths that the caller may not see. Undefined if none is left: the file was outside the session of the token
 * before and after the change.
 */
export function visibleEvent(caller: Caller, event: TrailEvent): VisibleEvent | undefined {
  const { session } = caller
  if (session === undefined) return event
  const { path, from, ...rest } = event
  const isVisible = (other: WorkspacePath | undefined) =>
    other !== undefined && sessionOf(other) === session
  if (!isVisible(path) && !isVisible(from)) return undefined
  return { ...rest, ...(isVisible(path) && { path }), ...(isVisible(from) && from && { from }) }
}
