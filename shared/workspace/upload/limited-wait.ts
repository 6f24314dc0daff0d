import type { FileRecord } from '../../model/file.ts'
import type { Catalog } from '../../ports/catalog.ts'

/** The most waiting requests of a user. Others are answered immediately: a server may ignore a preference (RFC 7240 §2). */
export const maxWaitingPerUser = 100

const waiting = new WeakMap<object, Map<string, number>>()

/**
 * Waits until a file is settled. Resolves to its record, if it still exists. Resolves immediately to undefined if
 * `maxWaitingPerUser` requests of its user are waiting. Throws the errors of `awaitSettled`.
 */
export async function awaitSettledWithinLimit(
  catalog: Pick<Catalog, 'awaitSettled'>,
  { workspaceId, id }: Pick<FileRecord, 'workspaceId' | 'id'>,
  signal: AbortSignal,
): Promise<FileRecord | undefined> {
  const counts = waiting.get(catalog) ?? new Map<string, number>()
  waiting.set(catalog, counts)
  const others = counts.get(workspaceId) ?? 0
  if (others >= maxWaitingPerUser) return undefined
  counts.set(workspaceId, others + 1)
  try {
    return await catalog.awaitSettled(workspaceId, id, signal)
  } finally {
    const left = (counts.get(workspaceId) ?? 1) - 1
    if (left > 0) counts.set(workspaceId, left)
    else counts.delete(workspaceId)
  }
}
