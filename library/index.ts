/// <reference types="node" preserve="true" />

/** The only entry of the package: see docs/library.md. */
export { formatReference, parseReference, type Reference } from '../shared/media/reference.ts'
export { WorkspaceError, type ErrorCode, type FieldError } from '../shared/model/errors.ts'
export type {
  FileKind,
  FileRecord,
  FileState,
  InfectedFile,
  Metadata,
  Origin,
  PendingFile,
  ReadyFile,
  Scan,
  UnscannableFile,
} from '../shared/model/file.ts'
export type { FetchPolicy } from '../shared/runtime/sources.ts'
export { openWorkspace } from './open-workspace.ts'
export { storeMedia } from './store-media.ts'
export type * from './workspace.ts'
