import pLimit, { type LimitFunction } from 'p-limit'

/**
 * Documents whose text is read at once in this process. Each takes up to 200 MB of memory: a file of 24 KB can contain XML of 16 MiB.
 * A workspace has one turn at a time, so that it cannot take those of others.
 */
const maxAtOnce = 2

/** Runs the work of a workspace when it has its turn. Throws the signal's reason if it aborts before. */
export type DocumentTurns = <Result>(
  workspaceId: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
) => Promise<Result>

export function openDocumentTurns(): DocumentTurns {
  const all = pLimit(maxAtOnce)
  const turns = new Map<string, LimitFunction>()
  return async (workspaceId, signal, work) => {
    const turn = turns.get(workspaceId) ?? pLimit(1)
    turns.set(workspaceId, turn)
    try {
      return await turn(async () => {
        signal.throwIfAborted()
        return all(async () => {
          signal.throwIfAborted()
          return work()
        })
      })
    } finally {
      if (turn.activeCount + turn.pendingCount === 0) turns.delete(workspaceId)
    }
  }
}
