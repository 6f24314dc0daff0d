import type { Ports } from '../../ports/ports.ts'
import { fail, type SweepReport } from './report.ts'

export type SweepPorts = Pick<
  Ports,
  'catalog' | 'folders' | 'trail' | 'blobs' | 'scanner' | 'quarantine' | 'now' | 'limits'
>

/** Ports, options and report of one sweep, shared by its phases. */
export interface SweepContext {
  ports: SweepPorts
  report: SweepReport
  /** Reports what the sweep would do, and changes nothing. */
  dryRun: boolean
  /** Skips younger pending files and operations, because another process is handling them. */
  pendingAgeSeconds: number
  /** Uploads through the API that started before this instant and have no bytes are abandoned: their process has ended. */
  abandonedBefore: Date
  signal: AbortSignal | undefined
}

/** Returns the instant `milliseconds` before now. */
export function ago({ ports }: SweepContext, milliseconds: number): Date {
  return new Date(ports.now().getTime() - milliseconds)
}

/** The position before the first item. */
export const startPosition = ''

/** A listing that a phase pages through. Each phase defines its own position strings. */
export interface PageSource<Item> {
  /** Lists the page after a position; `next` is set if more may follow. */
  page: (after: string) => Promise<{ items: Item[]; next?: string | undefined }>
  /** Handles one item. An error fails this item only. */
  visit: (item: Item) => Promise<void>
  /** The item's name in the report's failures. */
  nameOf: (item: Item) => string
  /** Returns the position after an item. Without it, a page is always completed. */
  positionOf?: (item: Item) => string
  /** Number of items handled concurrently; default 1. */
  concurrency?: number
}

export type OpenPhase = (context: SweepContext) => PhaseStep

/** Handles one page after a position. Resolves to the position it has reached, to undefined at the end of the listing. */
export type PhaseStep = (
  after: string,
  budget: { isOver: () => boolean; examined: () => void },
) => Promise<string | undefined>

export function pagedPhase<Item>({ report }: SweepContext, source: PageSource<Item>): PhaseStep {
  const { visit, nameOf, positionOf, concurrency = 1 } = source
  const attempt = (item: Item) =>
    visit(item).catch((error: unknown) => fail(report, nameOf(item), error))
  return async (after, { isOver, examined }) => {
    const { items, next } = await source.page(after)
    let reached = after
    for (let start = 0; start < items.length; start += concurrency) {
      // Handles at least one batch, so that a slow listing still makes progress.
      if (reached !== after && isOver()) return reached
      const batch = items.slice(start, start + concurrency)
      await Promise.all(batch.map(attempt))
      for (const _ of batch) examined()
      const last = batch.at(-1)
      if (positionOf && last !== undefined) reached = positionOf(last)
    }
    return next
  }
}
