import { orphans } from './orphans.ts'
import { rejected, quarantine } from './rejected.ts'
import { counters } from './counters.ts'
import { missing } from './missing.ts'
import { beginning, type OpenPhase, type Sweeping, type SweepPorts } from './phase.ts'
import { pending, trash } from './due.ts'
import { fail, newReport, phases, type Phase, type SweepReport } from './report.ts'

const openPhase: Record<Phase, OpenPhase> = {
  pending,
  trash,
  rejected,
  counters,
  missing,
  orphans,
  quarantine,
}

export type Positions = Partial<Record<Phase, string>>

export interface SweepOptions extends Pick<Sweeping, 'pendingAgeSeconds' | 'abandonedBefore'> {
  dryRun?: boolean
  /** Which phases; by default all of them. */
  phases?: readonly Phase[]
  /** Where phases go on; by default at their beginning. */
  from?: Positions
  /** After about so long it stops; each phase has its share, so that a long one takes no other's. By default it goes to the end. */
  budgetMs?: number
  /** Hears of each page that a phase has done, and with undefined of its end. */
  onPage?: (phase: Phase, position: string | undefined) => Promise<void>
  signal?: AbortSignal
}

/**
 * Finishes what crashes, lost events and lost bytes left behind. Safe to run at any time, and twice at once: each step is
 * one idempotent operation that checks again what it acts on, and none follows from what a listing does not show. A phase
 * whose listing fails stops there, and the others go on.
 */
export async function sweep(ports: SweepPorts, options: SweepOptions): Promise<SweepReport> {
  const startedAt = ports.now().getTime()
  const { dryRun = false, pendingAgeSeconds, abandonedBefore, signal } = options
  const report = newReport(new Date(startedAt), dryRun)
  const sweeping = { ports, report, dryRun, pendingAgeSeconds, abandonedBefore, signal }
  const due = phases.filter((phase) => (options.phases ?? phases).includes(phase))
  for (const [index, phase] of due.entries()) {
    const now = ports.now().getTime()
    const left = startedAt + (options.budgetMs ?? Infinity) - now
    const deadline = now + left / (due.length - index)
    await runPhase(sweeping, phase, { ...options, deadline })
  }
  try {
    report.pending = await ports.catalog.countPending()
  } catch (error) {
    fail(report, 'pending', error)
  }
  report.complete = due.every((phase) => report.phases[phase]?.outcome === 'ended')
  report.durationMs = ports.now().getTime() - startedAt
  return report
}

async function runPhase(
  sweeping: Sweeping,
  phase: Phase,
  { from, onPage, deadline }: SweepOptions & { deadline: number },
): Promise<void> {
  const { ports, report, signal } = sweeping
  const step = openPhase[phase](sweeping)
  let examined = 0
  const isExpired = () => signal?.aborted === true || ports.now().getTime() >= deadline
  const budget = { isExpired, examined: () => void (examined += 1) }
  let position: string | undefined = from?.[phase] ?? beginning
  let pages = 0
  try {
    while (position !== undefined && !isExpired()) {
      position = await step(position, budget)
      pages += 1
      await onPage?.(phase, position)
    }
    const outcome = position === undefined ? 'ended' : 'stopped'
    report.phases[phase] = { outcome, examined }
  } catch (error) {
    fail(report, phase, error)
    report.phases[phase] = { outcome: 'failed', examined }
    // A position at which nothing can be listed is given up.
    if (pages === 0) await onPage?.(phase, beginning).catch(() => undefined)
  }
}
