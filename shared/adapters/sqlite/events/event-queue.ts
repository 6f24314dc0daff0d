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
import { eventOrTimeout } from '../wake.ts'

/** Events that another process pushed are seen by asking, this often at most. */
const maxPollMs = 1000
/** A process that dies lets go of its events after this time; one that lives renews its lease three times within. */
const leaseMs = 6000
const minBackoffMs = 200
const maxBackoffMs = 60_000
/** Changes of files that are scanned at once share a sync of the database. */
const defaultConcurrency = 4

export type EventHandler = (event: FinalizeEvent) => Promise<void>

export interface QueueStart {
  /** How many events are handled at a time, 4 by default; of one workspace its fair share at most. */
  concurrency: number | undefined
  /** Hears of every failure; the event, where there is one, is delivered again by itself. */
  onError: (error: unknown, event?: FinalizeEvent) => void
}

/**
 * Finalize events in the SQLite file: at least once each, in no order, by whichever process has a handler. An event
 * leaves the queue only when a handler has resolved; a handler that throws gets it again after a growing delay. A power cut
 * may take back that an event was claimed, postponed or finished: it is delivered again.
 */
export class EventQueue implements AsyncDisposable {
  readonly #database: Database
  readonly #now: () => Date
  readonly #owner = randomUUID()
  readonly #wake = new EventEmitter()
  readonly #stop = new AbortController()
  readonly #inFlight = new Set<Promise<void>>()
  #running: Promise<void> | undefined

  constructor({ database, now }: { database: Database; now: () => Date }) {
    this.#database = database
    this.#now = now
  }

  /**
   * The event survives a crash of the machine once this resolves; it may be handled before. The same event waiting already
   * stays one.
   */
  async push(event: FinalizeEvent): Promise<void> {
    await this.#database.commit(() => pushEvent(this.#database, event, this.#now()))
    this.#wake.emit('wake')
    await this.#database.flush()
  }

  start(handler: EventHandler, options: QueueStart): void {
    if (this.#running) throw new Error('The queue has a handler already.')
    this.#running = this.#run(handler, options)
  }

  /** Events not handled yet, those being handled included. */
  length(): number {
    return countEvents(this.#database)
  }

  /** When the event that has waited longest was pushed. */
  oldest(): Date | undefined {
    return oldestEvent(this.#database)
  }

  /** Takes no more events, and waits for the handlers that run. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(
    handler: EventHandler,
    { concurrency = defaultConcurrency, onError }: QueueStart,
  ): Promise<void> {
    const renewal = setInterval(() => void attempt(() => this.#renew(), onError), leaseMs / 3)
    while (!this.#stop.signal.aborted) {
      const now = this.#now()
      const events = await attempt(() => this.#claim(concurrency, now), onError)
      for (const event of events ?? []) this.#deliver(event, handler, onError)
      const timeoutMs =
        events && (await attempt(async () => this.#pauseMs(concurrency, now), onError))
      await eventOrTimeout(this.#wake, 'wake', {
        timeoutMs: timeoutMs ?? maxPollMs,
        signal: this.#stop.signal,
      })
    }
    await Promise.all(this.#inFlight)
    clearInterval(renewal)
  }

  async #claim(concurrency: number, now: Date): Promise<QueuedEvent[]> {
    const claim = {
      owner: this.#owner,
      limit: concurrency - this.#inFlight.size,
      share: fairShare(concurrency),
      now,
      leaseMs,
    }
    const next = nextAvailable(this.#database, this.#owner)
    if (claim.limit < 1 || next === undefined || next > now.getTime()) return []
    return this.#database.commit(() => claimEvents(this.#database, claim))
  }

  async #renew(): Promise<void> {
    if (this.#inFlight.size === 0) return
    const lease = { owner: this.#owner, until: this.#now().getTime() + leaseMs }
    await this.#database.commit(() => renewLeases(this.#database, lease))
  }

  /** Events that were due at the claim and were not taken wait for one that is being handled. */
  #pauseMs(concurrency: number, claimedAt: Date): number {
    if (this.#inFlight.size >= concurrency) return maxPollMs
    const next = nextAvailable(this.#database, this.#owner, claimedAt.getTime()) ?? Infinity
    return Math.min(maxPollMs, Math.max(0, next - this.#now().getTime()))
  }

  #deliver(event: QueuedEvent, handler: EventHandler, onError: QueueStart['onError']): void {
    const delivery = this.#handle(event, handler, onError).finally(() => {
      this.#inFlight.delete(delivery)
      this.#wake.emit('wake')
    })
    this.#inFlight.add(delivery)
  }

  async #handle(
    { id, attempts, storagePath, generation }: QueuedEvent,
    handler: EventHandler,
    onError: QueueStart['onError'],
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
      // Where even this fails, the lease runs out and the event comes back.
      const postpone = () => this.#database.commit(() => postponeEvent(this.#database, lease))
      await attempt(postpone, onError)
    }
  }
}

/** Exponential, and random in its upper half: what failed together does not come back together. */
function backoffMs(attempts: number): number {
  const full = Math.min(maxBackoffMs, minBackoffMs * 2 ** (attempts - 1))
  return Math.round(full * (0.5 + Math.random() / 2))
}

/** A store that fails now may answer later: the queue says so and goes on. */
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
