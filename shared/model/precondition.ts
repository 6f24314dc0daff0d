import { WorkspaceError } from './errors.ts'
import type { FileRecord } from './file.ts'

/** The accepted versions of a file: SHA-256 checksums, or `*` for any version. */
export type IfMatch = string[] | '*'

/** Throws `precondition-failed` for another version of the file. The result stays valid, because a file's bytes never change. */
export function assertMatches(file: FileRecord, ifMatch: IfMatch | undefined): void {
  if (ifMatch === undefined) return
  if (file.state === 'ready' && (ifMatch === '*' || ifMatch.includes(file.checksum))) return
  throw new WorkspaceError(
    'precondition-failed',
    'This file is not the version that "If-Match" names. Its ETag is its checksum in double quotes; read it again and decide.',
    { file },
  )
}
