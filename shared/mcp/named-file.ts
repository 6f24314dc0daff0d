import { mayRead, notFound } from '../model/access.ts'
import { WorkspaceError } from '../model/errors.ts'
import type { FileRecord } from '../model/file.ts'
import type { WorkspacePath } from '../model/ids.ts'
import { findFile } from '../workspace/read.ts'
import type { Agent } from './agent.ts'
import { fileNamed } from './file-argument.ts'

/**
 * Finds the record that an argument names, in any state, in the trash or not. A path names its owner. A path without an owner names
 * the file that was last stored there: an infected, unscannable or pending one, else one in the trash. Lists show agents no ids, so
 * the path is their only name for such a file. Throws `not-found`.
 */
export async function namedFile({ ports, caller }: Agent, text: string): Promise<FileRecord> {
  if (text.endsWith('/')) throw folder(text)
  const name = fileNamed(caller, text)
  const file =
    'path' in name
      ? ((await ports.catalog.getByPath(caller.workspaceId, name.path)) ??
        (await lastAt(ports, caller.workspaceId, name.path)))
      : await findFile(ports, caller, name)
  if (!file || !mayRead(caller, file)) throw notFound()
  return file
}

async function lastAt(
  { catalog }: Pick<Agent['ports'], 'catalog'>,
  workspaceId: string,
  path: WorkspacePath,
): Promise<FileRecord | undefined> {
  for (const deleted of [false, true]) {
    const query = { workspaceId, path, deleted, sort: 'path', descending: true, limit: 1 } as const
    const [file] = (await catalog.list(query)).files
    if (file) return file
  }
  return undefined
}

function folder(name: string): WorkspaceError {
  return new WorkspaceError(
    'unsupported-type',
    `"${name.slice(0, 200)}" names a folder. Folders exist by the files in them: list them with list_workspace_files and call this tool for each file.`,
  )
}
