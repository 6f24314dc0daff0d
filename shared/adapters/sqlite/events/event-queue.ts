import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { fairShare } from '../../../model/fair-share.ts'
import type { FinalizeEvent } from '../../../ports/blob-store.ts'
import type { Database } from '../database/database.ts'
import {
  claimEvents,
  countEvents,
  finishEvent,
  nextAvailable,
  oldestEvent,
  postponeEvent,
  pushEvent,
  renewLeases,
  type QueuedEvent,
} from './event-rows.ts'
import { eventOrTimeout } from '../event-or-timeout.ts'

/** Longest interval between two polls for events of other processes. */
const maxPollMs = 1000
/** Another process may claim the events of a dead process after this time. A live process renews its leases every `leaseMs / 3`. */
const leaseMs = 6000
const minBackoffMs = 200
const maxBackoffMs = 60_000
/** Files that are scanned at the same time share transactions and syncs of the database. Each holds a read buffer. */
const defaultConcurrency = 16

export type EventHandler = (event: FinalizeEvent) => Promise<void>

export interface QueueStart {
  /** The most events handled at the same time. Default: 16. One workspace gets at most its fair share. */
  concurrency: number | undefined
  /** Called for every failure. The queue delivers a failed event again. */
  onError: (error: unknown, event?: FinalizeEvent) => void
}

interface Handling {
  handler: EventHandler
  concurrency: number
  onError: QueueStart['onError']
}

/**
 * A queue of finalize events in the SQLite database. Delivers each event at least once, in no guaranteed order, to any process
 * with a handler. Deletes an event when its handler resolves. After a handler throws, delivers the event again with
 * exponential backoff. A power cut can undo the claim, the postponement or the deletion of an event. The queue then delivers
 * the event again.
 */
export class EventQueue implements AsyncDisposable {
  readonly #database: Database
  readonly #now: () => Date
  readonly #owner = randomUUID()
  readonly #wake = new EventEmitter()
  readonly #stop = new AbortController()
  /** The deliveries in progress, with the workspaces of their events. */
  readonly #inFlight = new Map<Promise<void>, string>()
  #handling: Handling | undefined
  #running: Promise<void> | undefined

  constructor({ database, now }: { database: Database; now: () => Date }) {
    this.#database = database
    this.#now = now
  }

  /**
   * Resolves when the event survives a power cut. A handler may receive it earlier. Coalesces with an equal queued event. If the
   * workspace has a free slot and no other event is due, the handler receives the event without a claim. Runs `alongside` in
   * the transaction that stores the event. If it throws, the event is not stored.
   */
  async push(event: FinalizeEvent, alongside = () => {}): Promise<void> {
    const now = this.#now()
    const store = (lease?: { owner: string; until: number }) => {
      alongside()
      return pushEvent(this.#database, event, { now, ...(lease && { lease }) })
    }
    const handling = this.#handling
    if (handling && this.#hasSlot(event, handling)) {
      const lease = { owner: this.#owner, until: now.getTime() + leaseMs }
      const pushed = this.#database.commit(() => store(lease))
      const claimed = pushed.catch(() => undefined)
      this.#occupySlot(event, async () => {
        const queued = await claimed
        if (queued) await this.#handle(queued, handling)
      })
      await pushed
    } else {
      await this.#database.commit(() => store())
      this.#wake.emit('wake')
    }
    await this.#database.flush()
  }

  start(handler: EventHandler, { concurrency = defaultConcurrency, onError }: QueueStart): void {
    if (this.#handling) throw new Error('The queue already has a handler.')
    this.#handling = { handler, concurrency, onError }
    this.#running = this.#run(this.#handling)
  }

  /** The number of queued events, including those being handled. */
  length(): number {
    return countEvents(this.#database)
  }

  /** When the oldest queued event was pushed. */
  oldest(): Date | undefined {
    return oldestEvent(this.#database)
  }

  /** Stops claiming events, and waits for the running handlers. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(handling: Handling): Promise<void> {
    const { concurrency, onError } = handling
    const renewal = setInterval(() => void attempt(() => this.#renew(), onError), leaseMs / 3)
    while (!this.#stop.signal.aborted) {
      const now = this.#now()
      const events = await attempt(() => this.#claim(concurrency, now), onError)
      for (const event of events ?? []) {
        this.#occupySlot(event, () => this.#handle(event, handling))
      }
      const timeoutMs =
        events && (await attempt(async () => this.#pauseMs(concurrency, now), onError))
      await eventOrTimeout(this.#wake, 'wake', {
        timeoutMs: timeoutMs ?? maxPollMs,
        signal: this.#stop.signal,
      })
    }
    await Promise.all(this.#inFlight.keys())
    clearInterval(renewal)
  }

  async #claim(concurrency: number, now: Date): Promise<QueuedEvent[]> {
    const isDue = () => (nextAvailable(this.#database, this.#owner) ?? Infinity) <= now.getTime()
    if (this.#inFlight.size >= concurrency || !isDue()) return []
    // Counts the free slots in the transaction: a push may take one before it runs.
    return this.#database.commit(() =>
      claimEvents(this.#database, {
        owner: this.#owner,
        limit: Math.max(0, concurrency - this.#inFlight.size),
        share: fairShare(concurrency),
        now,
        leaseMs,
      }),
    )
  }

  async #renew(): Promise<void> {
    if (this.#inFlight.size === 0) return
    const lease = { owner: this.#owner, until: this.#now().getTime() + leaseMs }
    await this.#database.commit(() => renewLeases(this.#database, lease))
  }

  /**
   * The time until the next event is due. Ignores events that were due but not claimed, because they wait for a running
   * handler of their workspace.
   */
  #pauseMs(concurrency: number, claimedAt: Date): number {
    if (this.#inFlight.size >= concurrency) return maxPollMs
    const next = nextAvailable(this.#database, this.#owner, claimedAt.getTime()) ?? Infinity
    return Math.min(maxPollMs, Math.max(0, next - this.#now().getTime()))
  }

  /** Whether a handler may start for an event of this workspace. */
  #hasSlot({ storagePath }: FinalizeEvent, { concurrency }: Handling): boolean {
    if (this.#stop.signal.aborted || this.#inFlight.size >= concurrency) return false
    const workspace = workspaceOf(storagePath)
    let held = 0
    for (const other of this.#inFlight.values()) held += Number(other === workspace)
    return held < fairShare(concurrency)
  }

  #occupySlot({ storagePath }: FinalizeEvent, work: () => Promise<void>): void {
    const delivery = work().finally(() => {
      this.#inFlight.delete(delivery)
      this.#wake.emit('wake')
    })
    this.#inFlight.set(delivery, workspaceOf(storagePath))
  }

  async #handle(
    { id, attempts, storagePath, generation }: QueuedEvent,
    { handler, onError }: Handling,
  ): Promise<void> {
    const event = { storagePath, generation }
    try {
      await handler(event)
      await this.#database.commit(() => finishEvent(this.#database, id))
    } catch (error) {
      onError(error, event)
      const lease = {
        id,
        owner: this.#owner,
        availableAt: this.#now().getTime() + backoffMs(attempts),
      }
      // If this fails too, the lease expires and the event becomes available again.
      const postpone = () => this.#database.commit(() => postponeEvent(this.#database, lease))
      await attempt(postpone, onError)
    }
  }
}

/** `local://{workspace}/…` */
function workspaceOf(storagePath: string): string {
  return storagePath.split('/', 3)[2] ?? ''
}

/** Exponential. The upper half is random, so that events that failed together are not retried together. */
function backoffMs(attempts: number): number {
  const full = Math.min(maxBackoffMs, minBackoffMs * 2 ** (attempts - 1))
  return Math.round(full * (0.5 + Math.random() / 2))
}

/** Reports a failure and returns undefined, so that the queue continues. */
async function attempt<Result>(
  work: () => Promise<Result>,
  onError: (error: unknown) => void,
): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    onError(error)
    return undefined
  }
}
