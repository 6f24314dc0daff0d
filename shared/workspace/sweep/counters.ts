import { deleteBytes } from '../delete-bytes.ts'
import type { Recount } from '../../ports/maintenance.ts'
import { beginning, pagedPhase, type Sweeping } from './phase.ts'
import { addDrift, count, nameOf } from './report.ts'
import { counterNames } from '../../model/usage.ts'
import { trimSteps } from '../trim.ts'

const pageSize = 50

/** Counts each workspace's files anew and repairs its counters; cuts its trash to the room that it has. */
export function counters(sweeping: Sweeping) {
  const { catalog } = sweeping.ports
  return pagedPhase<string>(sweeping, {
    page: async (after) => {
      const query = { limit: pageSize, ...(after !== beginning && { after }) }
      const items = await catalog.listWorkspaces(query)
      return { items, next: items.length < pageSize ? undefined : items.at(-1) }
    },
    visit: (workspaceId) => check(sweeping, workspaceId),
    nameOf: (workspaceId) => workspaceId,
    positionOf: (workspaceId) => workspaceId,
  })
}

async function check({ ports, report, dryRun }: Sweeping, workspaceId: string): Promise<void> {
  const found = await ports.catalog.recount(workspaceId, { repair: !dryRun })
  if (isDrift(found)) {
    count(report, 'repaired', workspaceId)
    addDrift(report, workspaceId, found)
  }
  if (dryRun) return
  for await (const purged of trimSteps(ports, workspaceId)) {
    count(report, 'purged', ...purged.map(nameOf))
    await deleteBytes(ports, purged)
  }
}

function isDrift({ kept, counted }: Recount): boolean {
  return counterNames.some((name) => kept[name] !== counted[name])
}
