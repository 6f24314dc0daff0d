import { assertNode } from './node-version.ts'
import type { OpenWorkspace, OpenWorkspaceOptions } from './workspace.ts'

/**
 * Opens a user's workspace over the stores that the environment names: SQLite and a directory, or Firestore and Cloud
 * Storage. It is the caller's to dispose: `await using workspace = await openWorkspace()`. Over a directory it also scans
 * what arrives, as nothing else might; any number of processes may have one directory open.
 */
export async function openWorkspace(options: OpenWorkspaceOptions = {}): Promise<OpenWorkspace> {
  assertNode(process.versions.node)
  const { openStores } = await import('./open-stores.ts')
  return openStores(options)
}
