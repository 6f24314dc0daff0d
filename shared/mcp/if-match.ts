import { z } from 'zod'
import { WorkspaceError } from '../model/errors.ts'
import type { FileRecord } from '../model/file.ts'

export const ifMatchArgument = z
  .string()
  .regex(/^"?[0-9a-f]{16,64}"?$/, 'must be the etag of an earlier answer')
  .optional()
  .describe('etag of the version you read; another version is refused')

/** The full checksum that an etag stands for. Throws `precondition-failed` if the file has another version. */
export function versionOf(file: FileRecord | undefined, ifMatch: string): [checksum: string] {
  const prefix = ifMatch.replaceAll('"', '')
  if (file?.state === 'ready' && !file.isDeleted && file.checksum.startsWith(prefix)) {
    return [file.checksum]
  }
  throw new WorkspaceError('precondition-failed', 'The file is another version.')
}
