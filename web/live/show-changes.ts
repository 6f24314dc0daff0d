import type { FileEvent } from '../../shared/client/events.ts'
import { changesCounts, refreshCounts } from '../state/counts.ts'
import type { Listing } from '../state/listing.ts'
import { folderOf } from '../state/route.ts'
import type { Row } from '../state/rows.ts'
import { activeUploads, showVerdicts } from '../state/uploads.ts'
import { refreshUsage } from '../state/usage.ts'
import { isStale, listing, refreshView } from '../state/view.ts'
import { applyEvents } from './apply-events.ts'

/** Events that come together, such as those of one upload, are shown together. */
const gatherMs = 150
/** A page that shows changes all the time still has half of it for the user. */
const restFactor = 2

let gathered: FileEvent[] = []
let isShowing = false

/** Brings the view up to date: reads a short list again, and changes a long one of a folder row by row. */
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
    showVerdicts(events)
    const list = listing.value
    const start = Date.now()
    await Promise.all([
      changeList(list, events),
      refreshUsage(),
      events.some(({ type }) => changesCounts(type)) && refreshCounts(),
    ])
    restMs = Math.max(gatherMs, restFactor * (Date.now() - start))
  }
  isShowing = false
}

async function changeList(list: Listing, events: FileEvent[]): Promise<void> {
  if (list.isShort) await refreshView()
  else if (folderOf(list.route) !== undefined) await applyEvents(list, events)
  // The rows of a long list would move while somebody reads them. The user decides when.
  else isStale.value = true
}

const isPending = (row: Row) => row.kind === 'file' && row.file.state === 'pending'

/** Whether no verdict is expected. */
export function isQuiet(): boolean {
  return activeUploads.value === 0 && !listing.value.rows.value.some(isPending)
}
