import type { Metadata, Origin } from './file.ts'
import type { WorkspacePath } from './ids.ts'

/** The target of an upload and its preconditions. */
export interface UploadTarget {
  path: WorkspacePath
  mimeType: string
  metadata: Metadata
  origin: Origin
  overwrite: boolean
  /** `If-None-Match: *`. */
  mustBeAbsent?: boolean
  /** `If-Match`: SHA-256 checksums, or `*`. */
  mustReplace?: string[] | '*'
}
