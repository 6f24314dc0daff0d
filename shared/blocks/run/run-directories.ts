import { readdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from '../../workspace/store-media/execution-directory.ts'
import { executionIdOf, runIdOf } from './execution-id.ts'

/** A directory that its process does not touch for this long is left over from a crash. */
const staleMs = 60_000

const rootOf = (temporaryDirectory: string) => join(temporaryDirectory, 'exec_file')

/** Marks the directory of a run as in use. A missing directory is no error. */
export async function touchRunDirectory(temporaryDirectory: string, runId: string): Promise<void> {
  const now = new Date()
  await utimes(join(rootOf(temporaryDirectory), executionIdOf(runId)), now, now).catch(
    () => undefined,
  )
}

/**
 * Removes the directories of runs whose process has crashed, of all processes that share the temporary directory. Keeps those of
 * active runs of this process.
 */
export async function removeStaleRunDirectories(
  temporaryDirectory: string,
  isActive: (runId: string) => boolean,
): Promise<void> {
  const root = rootOf(temporaryDirectory)
  const names = await readdir(root).catch(() => [])
  for (const name of names) {
    const runId = runIdOf(name)
    if (runId === undefined || isActive(runId)) continue
    const path = join(root, name)
    const found = await stat(path).catch(() => undefined)
    if (!found || Date.now() - found.mtimeMs < staleMs) continue
    // Keeps a directory that cannot be removed now; the next sweep tries again.
    await removeTree(path).catch(() => undefined)
  }
}
