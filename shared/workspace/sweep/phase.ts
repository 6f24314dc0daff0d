import type { Ports } from '../../ports/ports.ts'
import { fail, type SweepReport } from './report.ts'

export type SweepPorts = Pick<
  Ports,
  'catalog' | 'blobs' | 'scanner' | 'quarantine' | 'now' | 'limits'
>

/** What every phase works with. */
export interface Sweeping {
  ports: SweepPorts
  report: SweepReport
  /** Only looks, and reports what it would do. */
  dryRun: boolean
  /** Younger pending files are left to their own events. */
  pendingAgeSeconds: number
  /** Uploads through a function that began before this instant and have brought no bytes are over: their process is gone. */
  abandonedBefore: Date
  signal: AbortSignal | undefined
}

/** The instant so many milliseconds ago. */
export function ago({ ports }: Sweeping, milliseconds: number): Date {
  return new Date(ports.now().getTime() - milliseconds)
}

/** The position before everything. */
export const beginning = ''

/** How a phase goes through its listing. Positions are texts of the phase's own. */
export interface PageSource<Item> {
  /** One page behind a position; `next` where more may follow. */
  page: (after: string) => Promise<{ items: Item[]; next?: string | undefined }>
  /** Deals with one item; what it throws is a failure of that item alone. */
  visit: (item: Item) => Promise<void>
  /** What a failure calls the item. */
  nameOf: (item: Item) => string
  /** The position behind an item, where the listing can go on there; else a page is gone through whole. */
  positionOf?: (item: Item) => string
  /** How many items are dealt with at once. */
  concurrency?: number
}

/** One phase: its kind, and the walk that it takes. */
export type OpenPhase = (sweeping: Sweeping) => Stepper

/** Deals with one page behind a position; yields the position it has come to, undefined at the end. */
export type Stepper = (
  after: string,
  budget: { isExpired: () => boolean; examined: () => void },
) => Promise<string | undefined>

export function pagedPhase<Item>({ report }: Sweeping, walk: PageSource<Item>): Stepper {
  const { visit, nameOf, positionOf, concurrency = 1 } = walk
  const attempt = (item: Item) =>
    visit(item).catch((error: unknown) => fail(report, nameOf(item), error))
  return async (after, { isExpired, examined }) => {
    const { items, next } = await walk.page(after)
    let reached = after
    for (let start = 0; start < items.length; start += concurrency) {
      // Never before the first: else a page that takes long to list would be listed for ever.
      if (reached !== after && isExpired()) return reached
      const batch = items.slice(start, start + concurrency)
      await Promise.all(batch.map(attempt))
      for (const _ of batch) examined()
      const last = batch.at(-1)
      if (positionOf && last !== undefined) reached = positionOf(last)
    }
    return next
  }
}
