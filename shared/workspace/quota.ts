import { WorkspaceError } from '../model/errors.ts'
import type { Usage } from '../model/usage.ts'
import type { Ports } from '../ports/ports.ts'
import { trimTrash } from './trim.ts'

type QuotaPorts = Pick<Ports, 'catalog' | 'blobs'>

/** Returns the usage of a user's workspace, for an administrator. Throws `not-found` if the workspace was never used. */
export async function usageOf(
  { catalog }: Pick<Ports, 'catalog'>,
  workspaceId: string,
): Promise<Usage> {
  if (!(await catalog.isKnown(workspaceId))) throw neverUsed()
  return catalog.usage(workspaceId)
}

/**
 * Sets the quota of a workspace, or restores the default with null, and trims its trash to the quota. The workspace may be
 * unused. Files over a lower quota stay; new bytes are refused.
 */
export async function setQuota(
  ports: QuotaPorts,
  workspaceId: string,
  quotaBytes: number | null,
): Promise<Usage> {
  await ports.catalog.setQuota(workspaceId, quotaBytes)
  await trimTrash(ports, workspaceId)
  return ports.catalog.usage(workspaceId)
}

function neverUsed(): WorkspaceError {
  return new WorkspaceError(
    'not-found',
    'This user has stored nothing yet. Check the user id, or set a quota ahead of the first upload.',
  )
}
