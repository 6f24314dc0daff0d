import type { ReturnFormat } from '../shared/media/store-media.ts'
import type { Workspace } from './workspace.ts'

export type { ReturnFormat }

export interface MediaRequest {
  /**
   * A data URI, an http or https URL, `workspace://{id}#{mime}` or `workspace:///{path}`, `gcs://{bucket}/{object}`, or a path
   * in the directory of the execution.
   */
  file: string
  context: {
    /** Names the directory of a run: 1 to 128 of `A-Z a-z 0-9 . _ ~ -`. Runs of two users never share one. */
    executionId: string
    /** Outputs go to `/sessions/{sessionId}/`. */
    sessionId?: string
  }
  /**
   * - `for_local_processing`: a path in the directory of the execution;
   * - `for_external_api`: a data URI with the type that the bytes have;
   * - `for_block_output`: a reference, `workspace://{id}#{mime}`, to a new file of the workspace. One that is given comes back.
   */
  returnFormat: ReturnFormat
  signal?: AbortSignal
}

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
