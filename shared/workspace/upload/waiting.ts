import type { FileRecord } from '../../model/file.ts'
import type { Catalog } from '../../ports/catalog.ts'

/** More of one user's requests than these are answered without waiting: RFC 7240 §2 lets a server ignore a preference. */
export const maxWaitingPerUser = 100

const waiting = new WeakMap<object, Map<string, number>>()

/** Resolves once a file is settled, or at once where too many requests of its user wait already. Rejects as `awaitSettled` does. */
export async function waitWithOthers(
  catalog: Pick<Catalog, 'awaitSettled'>,
  { workspaceId, id }: Pick<FileRecord, 'workspaceId' | 'id'>,
  signal: AbortSignal,
): Promise<void> {
  const counts = waiting.get(catalog) ?? new Map<string, number>()
  waiting.set(catalog, counts)
  const others = counts.get(workspaceId) ?? 0
  if (others >= maxWaitingPerUser) return
  counts.set(workspaceId, others + 1)
  try {
    await catalog.awaitSettled(workspaceId, id, signal)
  } finally {
    const left = (counts.get(workspaceId) ?? 1) - 1
    if (left > 0) counts.set(workspaceId, left)
    else counts.delete(workspaceId)
  }
}
