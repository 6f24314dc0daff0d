import { isReference, parseReference } from '../shared/media/reference.ts'
import type { Caller } from '../shared/model/access.ts'
import { parsePath } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { findFile, type FileName as ParsedName } from '../shared/workspace/read.ts'
import type { FileName } from './workspace.ts'

export function parseFileName(file: FileName): ParsedName {
  if (isReference(file)) return parseReference(file)
  return file.startsWith('/') ? { path: parsePath(file) } : { id: file }
}

/** Resolves to the id of a file. Looks up a path in the catalog. Throws `not-found`. */
export async function idOf(
  ports: Pick<Ports, 'catalog'>,
  caller: Caller,
  file: FileName,
): Promise<string> {
  const name = parseFileName(file)
  return 'id' in name ? name.id : (await findFile(ports, caller, name)).id
}
