import { WorkspaceError } from './errors.ts'
import type { FileRecord } from './file.ts'

/** The version that a change is meant for: SHA-256 checksums, one of which its bytes have, or `*` for any. */
export type IfMatch = string[] | '*'

/** Throws `precondition-failed` for a file that is not the version named; its bytes never change, so this stays true. */
export function assertMatches(file: FileRecord, ifMatch: IfMatch | undefined): void {
  if (ifMatch === undefined) return
  if (file.state === 'ready' && (ifMatch === '*' || ifMatch.includes(file.checksum))) return
  throw new WorkspaceError(
    'precondition-failed',
    'This file is not the version that "If-Match" names. Its ETag is its checksum in double quotes; read it again and decide.',
    { file },
  )
}
