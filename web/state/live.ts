import { effect, signal, untracked } from '@preact/signals'
import { CofferError } from '../../shared/client/coffer.ts'
import { applyEvents, type TrailEvent } from './apply-events.ts'
import { coffer, needsSignIn } from './client.ts'
import { refreshUsage } from './usage.ts'
import { activeUploads } from './uploads.ts'
import { listing, refreshView } from './view.ts'

interface Events {
  events: TrailEvent[]
  next: number
  latest: number
}

/** Whether the service did not answer the last request for events. */
export const isOffline = signal(false)

/** While something is pending, verdicts are expected at any moment. */
const busyMs = 1000
const idleMs = 5000
/** Between two readings, however often something changes. */
const shortestMs = 300
const offlineMs = 4000
/** The client repeats requests without an answer. After this time the page says so. */
const silentMs = 4000

let after: number | undefined
let timer: ReturnType<typeof setTimeout> | undefined
let isReading = false
let wantsMore = false

/** Follows what happens in the workspace, also by other tabs and agents, and reads the view again when it has changed. */
export function follow(): void {
  addEventListener('online', readNow)
  // A file that has arrived is in the list at once.
  effect(() => {
    if (activeUploads.value >= 0) untracked(readNow)
  })
  addEventListener('offline', () => (isOffline.value = true))
  document.addEventListener('visibilitychange', readNow)
}

/** Reads the events now, for example after a change of this page. */
export function readNow(): void {
  clearTimeout(timer)
  wantsMore = true
  if (isReading || document.visibilityState === 'hidden') return
  isReading = true
  wantsMore = false
  void readOnce()
}

async function readOnce(): Promise<void> {
  const ms = await read()
  isReading = false
  timer = setTimeout(readNow, wantsMore ? shortestMs : ms)
}

async function read(): Promise<number> {
  const silence = setTimeout(() => (isOffline.value = !needsSignIn.value), silentMs)
  try {
    const page = await coffer.request<Events>('GET /events', { after, limit: 1000 })
    const wasOffline = isOffline.value
    isOffline.value = false
    after = page.next
    if (page.events.length > 0 || wasOffline) await showChanges(page.events)
    return page.next < page.latest ? 0 : isBusy() ? busyMs : idleMs
  } catch (error) {
    if (error instanceof CofferError && error.code === 'events-expired') {
      after = undefined
      await Promise.all([refreshView(), refreshUsage()])
      return 0
    }
    isOffline.value = error instanceof CofferError && error.code === 'network'
    return offlineMs
  } finally {
    clearTimeout(silence)
  }
}

/** Reads a short list again. A long one is changed row by row. */
async function showChanges(events: TrailEvent[]): Promise<void> {
  const list = listing.value
  await Promise.all([list.isShort ? refreshView() : applyEvents(list, events), refreshUsage()])
}

function isBusy(): boolean {
  if (activeUploads.value > 0) return true
  return listing.value.rows.value.some((row) => row.kind === 'file' && row.file.state === 'pending')
}
