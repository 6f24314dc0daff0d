import type { MediaRequest } from './media-request.ts'
import type { Workspace } from './workspace.ts'

/**
 * Takes a file in any of the five forms in and answers it in the form that is asked for: streamed, within the limits, scanned
 * before anyone can see it, and typed by its bytes. Refusals are `WorkspaceError`s; whatever fails, nothing is left.
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
