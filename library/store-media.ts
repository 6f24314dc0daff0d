import type { MediaRequest } from './media-request.ts'
import type { Workspace } from './workspace.ts'

/**
 * Reads a file in any of the five forms and returns it in the requested format. Streams the bytes within the limits, scans them
 * before they become visible, and detects their type. Throws `WorkspaceError`. Stores nothing on failure.
 */
export async function storeMedia(
  workspace: Pick<Workspace, 'storeMedia'>,
  request: MediaRequest,
): Promise<string> {
  const given = workspace as Partial<typeof workspace> | undefined
  if (typeof given?.storeMedia !== 'function') {
    throw new TypeError('workspace: must be the workspace that openWorkspace resolves to')
  }
  return workspace.storeMedia(request)
}
