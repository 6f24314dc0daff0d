import type { MediaRequest } from './media-request.ts'
import type { Workspace } from './workspace.ts'

/**
 * Takes a file in any of the five forms and returns it in the requested format. Streams it within the limits, scans it before
 * it becomes visible, and detects its type from its bytes. Throws `WorkspaceError`. Keeps nothing on failure.
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
