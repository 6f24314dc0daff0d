import type { FileEvent } from '../../shared/client/events.ts'
import type { Row } from '../state/rows.ts'
import { activeUploads } from '../state/uploads.ts'
import { refreshUsage } from '../state/usage.ts'
import { listing, refreshView } from '../state/view.ts'
import { applyEvents } from './apply-events.ts'

/** Events that come together, such as those of one upload, are shown together. */
const gatherMs = 150
/** A page that shows changes all the time still has half of it for the user. */
const restFactor = 2

let gathered: FileEvent[] = []
let isShowing = false

/** Brings the view up to date: reads a short list again, and changes a long one row by row. */
export function showChanges(events: FileEvent[]): void {
  gathered.push(...events)
  if (isShowing) return
  isShowing = true
  void show()
}

async function show(): Promise<void> {
  let restMs = gatherMs
  while (gathered.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, restMs))
    const events = gathered
    gathered = []
    const list = listing.value
    const start = Date.now()
    await Promise.all([list.isShort ? refreshView() : applyEvents(list, events), refreshUsage()])
    restMs = Math.max(gatherMs, restFactor * (Date.now() - start))
  }
  isShowing = false
}

const isPending = (row: Row) => row.kind === 'file' && row.file.state === 'pending'

/** Whether no verdict is expected. */
export function isQuiet(): boolean {
  return activeUploads.value === 0 && !listing.value.rows.value.some(isPending)
}
