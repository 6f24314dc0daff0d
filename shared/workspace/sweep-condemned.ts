import { discard } from './discard.ts'
import type { InfectedFile } from './file.ts'
import { ago, beginning, stepper, type Sweeping, type Stepper } from './sweep-phase.ts'
import { count, nameOf } from './sweep-report.ts'

const pageSize = 200
const dayMs = 24 * 3600 * 1000

/** What `listCondemned` goes on behind. */
type Position = Pick<InfectedFile, 'condemnedAt' | 'workspaceId' | 'sequence'>

/** Purges files that were found infected after they had been ready, once their owner has been able to see so for the retention. */
export function condemned(sweeping: Sweeping): Stepper {
  const { ports, report, dryRun } = sweeping
  const before = ago(sweeping, ports.limits.trashRetentionDays * dayMs)
  return stepper<InfectedFile>(sweeping, {
    page: async (text) => {
      const after = text === beginning ? undefined : (JSON.parse(text) as Position)
      const query = { before, limit: pageSize, ...(after && { after }) }
      const items = await ports.catalog.listCondemned(query)
      const last = items.length < pageSize ? undefined : items.at(-1)
      return { items, next: last && positionOf(last) }
    },
    visit: async (file) => {
      // Whatever became of it since, it is infected for good.
      const purged = dryRun ? file : await ports.catalog.purge(file.workspaceId, file.id)
      if (!purged) return
      count(report, 'purged', nameOf(purged))
      if (!dryRun) await discard(ports, [purged])
    },
    nameOf,
    positionOf,
  })
}

function positionOf({ condemnedAt, workspaceId, sequence }: InfectedFile): string {
  return JSON.stringify({ condemnedAt, workspaceId, sequence } satisfies Position)
}

/** Removes what has been in the quarantine for longer than its retention. */
export function quarantine({ ports, dryRun }: Sweeping): Stepper {
  return async (_, { examined }) => {
    const removed = dryRun ? 0 : ((await ports.quarantine?.removeExpired()) ?? 0)
    for (let i = 0; i < removed; i += 1) examined()
    return undefined
  }
}
