import { z } from 'zod'
import { isReference, parseReference } from '../media/reference.ts'
import { resolvePath, type Caller } from '../model/access.ts'
import { parseFileId } from '../model/path.ts'
import type { FileName } from '../workspace/read.ts'

/** The argument that names a file. */
export const fileArgument = z
  .string()
  .describe('Path such as /reports/q3.csv, file id, or workspace:// reference')

/** A relative path lies in the session of the token. */
export function fileNamed(caller: Caller, text: string): FileName {
  if (isReference(text)) return parseReference(text)
  const id = parseFileId(text)
  return id === undefined ? { path: resolvePath(caller, text) } : { id }
}
