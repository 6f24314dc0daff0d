import { deleteBytes } from '../delete-bytes.ts'
import type { Recount } from '../../ports/maintenance.ts'
import { startPosition, pagedPhase, type SweepContext } from './phase.ts'
import { addDrift, count, nameOf } from './report.ts'
import { counterNames } from '../../model/usage.ts'
import { trimSteps } from '../trim.ts'

const pageSize = 50

/** Recounts each workspace's files, repairs its counters and trims its trash to the limit. */
export function counters(context: SweepContext) {
  const { catalog } = context.ports
  return pagedPhase<string>(context, {
    page: async (after) => {
      const query = { limit: pageSize, ...(after !== startPosition && { after }) }
      const items = await catalog.listWorkspaces(query)
      return { items, next: items.length < pageSize ? undefined : items.at(-1) }
    },
    visit: (workspaceId) => check(context, workspaceId),
    nameOf: (workspaceId) => workspaceId,
    positionOf: (workspaceId) => workspaceId,
  })
}

async function check({ ports, report, dryRun }: SweepContext, workspaceId: string): Promise<void> {
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
