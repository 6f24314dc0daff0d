import { WorkspaceError } from '../../model/errors.ts'
import type { WorkspacePath } from '../../model/ids.ts'

/** Reserves a path, or the first of others that is free: throws `path-taken` only where all of them are taken. */
export async function reserveFirstFree<Reserved>(
  first: WorkspacePath,
  others: Iterable<WorkspacePath>,
  reserve: (path: WorkspacePath) => Promise<Reserved>,
): Promise<Reserved> {
  const rest = Iterator.from(others)
  for (let path = first; ;) {
    try {
      return await reserve(path)
    } catch (error) {
      const isTaken = error instanceof WorkspaceError && error.code === 'path-taken'
      const next = isTaken ? rest.next() : { done: true as const }
      if (next.done === true) throw error
      path = next.value
    }
  }
}
