import { orphans } from './orphans.ts'
import { rejected, quarantine } from './rejected.ts'
import { counters } from './counters.ts'
import { events } from './events.ts'
import { folders } from './folders.ts'
import { missing } from './missing.ts'
import { startPosition, type OpenPhase, type SweepContext, type SweepPorts } from './phase.ts'
import { pending, trash } from './due.ts'
import { fail, newReport, phases, type Phase, type SweepReport } from './report.ts'

const openPhase: Record<Phase, OpenPhase> = {
  pending,
  folders,
  trash,
  rejected,
  counters,
  missing,
  orphans,
  quarantine,
  events,
}

type Positions = Partial<Record<Phase, string>>

export interface SweepOptions extends Pick<SweepContext, 'pendingAgeSeconds' | 'abandonedBefore'> {
  dryRun?: boolean
  /** Defaults to all phases. */
  phases?: readonly Phase[]
  /** Positions where phases continue. Defaults to the start. */
  from?: Positions
  /** Stops after about this time. Each phase gets a share, so that a long phase leaves time to the others. Default: no limit. */
  budgetMs?: number
  /** Called after each page with the phase's position, and with undefined at its end. */
  onPage?: (phase: Phase, position: string | undefined) => Promise<void>
  signal?: AbortSignal
}

/**
 * Repairs the effects of crashes, lost events and lost bytes. Safe to run at any time and concurrently: each step is one
 * idempotent operation that rechecks its file, and no step treats an entry missing in a listing as lost. A phase whose
 * listing fails stops; the others run.
 */
export async function sweep(ports: SweepPorts, options: SweepOptions): Promise<SweepReport> {
  const startedAt = ports.now().getTime()
  const { dryRun = false, pendingAgeSeconds, abandonedBefore, signal } = options
  const report = newReport(new Date(startedAt), dryRun)
  const context = { ports, report, dryRun, pendingAgeSeconds, abandonedBefore, signal }
  const due = phases.filter((phase) => (options.phases ?? phases).includes(phase))
  for (const [index, phase] of due.entries()) {
    const now = ports.now().getTime()
    const left = startedAt + (options.budgetMs ?? Infinity) - now
    const deadline = now + left / (due.length - index)
    await runPhase(context, phase, { ...options, deadline })
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
  context: SweepContext,
  phase: Phase,
  { from, onPage, deadline }: SweepOptions & { deadline: number },
): Promise<void> {
  const { ports, report, signal } = context
  const step = openPhase[phase](context)
  let examined = 0
  const isOver = () => signal?.aborted === true || ports.now().getTime() >= deadline
  const budget = { isOver, examined: () => void (examined += 1) }
  let position: string | undefined = from?.[phase] ?? startPosition
  let pages = 0
  try {
    while (position !== undefined && !isOver()) {
      position = await step(position, budget)
      pages += 1
      await onPage?.(phase, position)
    }
    const outcome = position === undefined ? 'ended' : 'stopped'
    report.phases[phase] = { outcome, examined }
  } catch (error) {
    fail(report, phase, error)
    report.phases[phase] = { outcome: 'failed', examined }
    // Restarts the phase next time, because nothing can be listed from this position.
    if (pages === 0) await onPage?.(phase, startPosition).catch(() => undefined)
  }
}
