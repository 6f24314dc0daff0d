import { deleteBytes } from '../delete-bytes.ts'
import type { RejectedFile, RejectedQuery } from '../../ports/maintenance.ts'
import { ago, startPosition, pagedPhase, type SweepContext, type PhaseStep } from './phase.ts'
import { count, nameOf } from './report.ts'
import { rejectedAtOf } from '../../model/transitions.ts'

const pageSize = 200
const dayMs = 24 * 3600 * 1000

type Position = NonNullable<RejectedQuery['after']>

/** Purges infected and unscannable files after the retention. Until then their owner can see the verdict. */
export function rejected(context: SweepContext): PhaseStep {
  const { ports, report, dryRun } = context
  const before = ago(context, ports.limits.trashRetentionDays * dayMs)
  return pagedPhase<RejectedFile>(context, {
    page: async (text) => {
      const after = text === startPosition ? undefined : (JSON.parse(text) as Position)
      const query = { before, limit: pageSize, ...(after && { after }) }
      const items = await ports.catalog.listRejected(query)
      const last = items.length < pageSize ? undefined : items.at(-1)
      return { items, next: last && positionOf(last) }
    },
    visit: async (file) => {
      // The purge needs no condition, because a verdict is final.
      const purged = dryRun ? file : await ports.catalog.purge(file.workspaceId, file.id)
      if (!purged) return
      count(report, 'purged', nameOf(purged))
      if (!dryRun) await deleteBytes(ports, [purged])
    },
    nameOf,
    positionOf,
  })
}

function positionOf(file: RejectedFile): string {
  const { workspaceId, sequence } = file
  const rejectedAt = rejectedAtOf(file) ?? ''
  return JSON.stringify({ rejectedAt, workspaceId, sequence } satisfies Position)
}

/** Removes quarantined bytes after the quarantine's retention. */
export function quarantine({ ports, dryRun }: SweepContext): PhaseStep {
  return async (_, { examined }) => {
    const removed = dryRun ? 0 : ((await ports.quarantine?.removeExpired()) ?? 0)
    for (let i = 0; i < removed; i += 1) examined()
    return undefined
  }
}
