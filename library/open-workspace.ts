import { assertNode } from './node-version.ts'
import type { OpenWorkspace, OpenWorkspaceOptions } from './workspace.ts'

/**
 * Opens a user's workspace in the stores of the environment: SQLite and a directory, or Firestore and Cloud Storage. The
 * caller disposes it: `await using workspace = await openWorkspace()`. With a directory, the process also scans new files. Any
 * number of processes may open one directory.
 */
export async function openWorkspace(options: OpenWorkspaceOptions = {}): Promise<OpenWorkspace> {
  assertNode(process.versions.node)
  const { openStores } = await import('./open-stores.ts')
  return openStores(options)
}
