import type { ReturnFormat } from '../shared/workspace/store-media/store-media.ts'

export interface MediaRequest {
  /**
   * A data URI, an http or https URL, `workspace://{id}#{mime}` or `workspace:///{path}`, `gcs://{bucket}/{object}`, or a path
   * in the directory of the execution.
   */
  file: string
  context: {
    /** Names the directory of a run: 1 to 128 of `A-Z a-z 0-9 . _ ~ -`. Two users never share a directory. */
    executionId: string
    /** Stores outputs in `/sessions/{sessionId}/`. */
    sessionId?: string
  }
  /**
   * - `for_local_processing`: a path in the directory of the execution;
   * - `for_external_api`: a data URI with the type detected from the bytes;
   * - `for_block_output`: a reference, `workspace://{id}#{mime}`, to a new file of the workspace. A reference is returned unchanged.
   */
  returnFormat: ReturnFormat
  signal?: AbortSignal
}
