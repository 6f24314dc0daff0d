import { effect, signal, untracked } from '@preact/signals'
import { CofferError } from '../../shared/client/coffer.ts'
import type { FileEvent } from '../../shared/client/events.ts'
import { coffer, needsSignIn } from '../state/client.ts'
import { activeUploads, showVerdicts } from '../state/uploads.ts'
import { refreshView } from '../state/view.ts'
import { isQuiet, showChanges } from './show-changes.ts'
import { NoStream, streamed } from './stream.ts'

interface Page {
  events: FileEvent[]
  next: number
  latest: number
}

/** Whether the service did not answer the last request for events. */
export const isOffline = signal(false)

/** Between two polls while something is pending, when nothing is, and after a failure. */
const busyMs = 1000
const idleMs = 5000
const offlineMs = 4000
/** The client repeats requests without an answer. After this time the page says so. */
const silentMs = 4000

/** The number of the last event that is shown. */
let position: number | undefined
let running: AbortController | undefined
let wake: (() => void) | undefined

/**
 * Follows what happens in the workspace, also by other tabs and agents: by a stream, or by polls where none comes through. A tab in
 * the background has no stream, because a browser opens six connections to a host for all of its tabs.
 */
export function follow(): void {
  addEventListener('online', restart)
  addEventListener('offline', () => setOffline(true))
  document.addEventListener('visibilitychange', restart)
  effect(() => {
    if (activeUploads.value >= 0) untracked(readNow)
  })
  restart()
}

/** Polls now, for example after a change of this page. A stream needs it not. */
export function readNow(): void {
  wake?.()
}

function restart(): void {
  const isHidden = document.visibilityState === 'hidden' && activeUploads.value === 0
  running?.abort()
  if (isHidden) return
  running = new AbortController()
  void followUntil(running.signal)
}

async function followUntil(stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    try {
      position ??= (await read(stopped)).latest
      const options = { after: position, signal: stopped, onConnection }
      for await (const event of streamed(options)) take([event], event.sequence)
    } catch (error) {
      if (stopped.aborted) return
      if (error instanceof NoStream) await poll(stopped)
      else await recover(error)
    }
  }
}

async function poll(stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    const page = await read(stopped)
    take(page.events, page.next)
    if (page.next === page.latest) await pause(isQuiet() ? idleMs : busyMs)
  }
}

async function read(stopped: AbortSignal): Promise<Page> {
  const silence = setTimeout(() => setOffline(!needsSignIn.value), silentMs)
  try {
    const query = { after: position, limit: 1000, signal: stopped }
    const page = await coffer.request<Page>('GET /events', query)
    setOffline(false)
    return page
  } finally {
    clearTimeout(silence)
  }
}

/** Starts with the present state after a failure. Events that the service no longer has are no failure of the connection. */
async function recover(error: unknown): Promise<void> {
  if (error instanceof CofferError && error.code === 'events-expired') {
    position = undefined
    showVerdicts()
    await refreshView()
    return
  }
  setOffline(error instanceof CofferError && error.code === 'network')
  await pause(offlineMs)
}

function take(events: FileEvent[], upTo: number): void {
  position = upTo
  if (events.length > 0) showChanges(events)
}

function onConnection(isConnected: boolean): void {
  setOffline(!isConnected)
}

/** Reads the view again when the connection is back. */
function setOffline(value: boolean): void {
  const isBack = isOffline.peek() && !value
  isOffline.value = value
  if (isBack) void refreshView()
}

async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    wake = resolve
    setTimeout(resolve, ms)
  })
}
