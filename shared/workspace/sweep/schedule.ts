import { z } from 'zod'
import { sweep, type SweepOptions } from './sweep.ts'
import { startPosition, type SweepPorts } from './phase.ts'
import { phases, type Phase, type SweepReport } from './report.ts'

const dayMs = 24 * 3600 * 1000

/** The time from the end of a phase until it is due again. It is long for phases that read every file. */
const intervalMs: Record<Phase, number> = {
  pending: 0,
  folders: 0,
  trash: 0,
  rejected: 0,
  counters: 7 * dayMs,
  missing: 7 * dayMs,
  orphans: dayMs,
  quarantine: dayMs,
  events: dayMs,
}

/** Raise a version to make a phase due immediately, for example when counters are added. */
const versions: Partial<Record<Phase, number>> = { counters: 2 }

const progressSchema = z.partialRecord(
  z.enum(phases),
  z.object({
    position: z.string().optional(),
    endedAt: z.iso.datetime().optional(),
    version: z.int().optional(),
  }),
)
type Progress = z.infer<typeof progressSchema>

/**
 * Runs the phases that are due, each from where the last sweep stopped. Saves the positions in the catalog after each page.
 * Two concurrent sweeps handle each page at least once.
 */
export async function sweepOnSchedule(
  ports: SweepPorts,
  options: Omit<SweepOptions, 'dryRun' | 'phases' | 'from' | 'onPage'>,
): Promise<SweepReport> {
  const { catalog, now } = ports
  const progress = parseProgress(await catalog.sweepProgress())
  const due = phases.filter((phase) => isDue(progress, phase, now()))
  const positions = due.map((phase) => [phase, progress[phase]?.position ?? startPosition])
  return sweep(ports, {
    ...options,
    phases: due,
    from: Object.fromEntries(positions),
    onPage: async (phase, position) => {
      const isAlwaysDue = intervalMs[phase] === 0
      if (position !== undefined) progress[phase] = { position }
      else if (!isAlwaysDue) progress[phase] = ended(phase, now())
      else if (progress[phase]) delete progress[phase]
      else return
      await catalog.saveSweepProgress(JSON.stringify(progress))
    },
  })
}

function ended(phase: Phase, now: Date): NonNullable<Progress[Phase]> {
  const version = versions[phase]
  return { endedAt: now.toISOString(), ...(version !== undefined && { version }) }
}

function isDue(progress: Progress, phase: Phase, now: Date): boolean {
  const { endedAt, version } = progress[phase] ?? {}
  if (endedAt === undefined || version !== versions[phase]) return true
  const sinceMs = now.getTime() - Date.parse(endedAt)
  // An end in the future comes from a wrong clock.
  return sinceMs >= intervalMs[phase] || sinceMs < 0
}

/** Returns no progress for a text in another format: all phases then start over. */
function parseProgress(text: string | undefined): Progress {
  if (text === undefined) return {}
  try {
    return progressSchema.parse(JSON.parse(text))
  } catch {
    return {}
  }
}
