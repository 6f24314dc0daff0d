import { mayRead, notFound } from '../model/access.ts'
import { WorkspaceError } from '../model/errors.ts'
import type { FileRecord } from '../model/file.ts'
import { findFile } from '../workspace/read.ts'
import type { Agent } from './agent.ts'
import { fileNamed } from './file-argument.ts'

/** The record that an argument names, in any state, in the trash or not. Throws `not-found`. */
export async function namedFile({ ports, caller }: Agent, name: string): Promise<FileRecord> {
  if (name.endsWith('/')) throw folder(name)
  const file = await findFile(ports, caller, fileNamed(caller, name))
  if (!mayRead(caller, file)) throw notFound()
  return file
}

function folder(name: string): WorkspaceError {
  return new WorkspaceError(
    'unsupported-type',
    `"${name.slice(0, 200)}" names a folder. Folders exist by the files in them: list them with list_workspace_files and call this tool for each file.`,
  )
}
