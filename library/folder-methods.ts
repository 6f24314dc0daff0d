import { Readable } from 'node:stream'
import { operationView } from '../shared/api/operation-view.ts'
import type { Caller } from '../shared/model/access.ts'
import { parseFolder, parseSessionId } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { archiveEntries } from '../shared/workspace/archive/entries.ts'
import { selectFiles } from '../shared/workspace/archive/select.ts'
import { archiveName, zipOf } from '../shared/workspace/archive/zip.ts'
import { listFolders } from '../shared/workspace/folders/list-folders.ts'
import {
  awaitOperation,
  operateOnFolder,
  type FolderTarget,
} from '../shared/workspace/folders/operate.ts'
import { argumentSchemas, named, parseArguments } from './arguments.ts'
import { idOf } from './file-name.ts'
import type { OperationWait, Workspace } from './workspace.ts'

type FolderMethods = Pick<
  Workspace,
  'folders' | 'moveFolder' | 'deleteFolder' | 'restoreFolder' | 'operation' | 'archive'
>

/** The folder methods of a workspace; each calls one use case. */
export function openFolders(ports: Ports, caller: Caller): FolderMethods {
  const folderOf = (input: string, field: string) => parseFolder(input, caller.session, field)
  const operate = async (target: FolderTarget, options: ParsedWait) =>
    structuredClone(operationView(await operateOnFolder(ports, caller, target, waitOf(options))))
  return {
    async folders(options = {}) {
      const { session, ...request } = parseArguments(argumentSchemas.folders, options, 'options')
      const listing = await listFolders(ports, caller, {
        ...request,
        session: session === undefined ? undefined : parseSessionId(session),
      })
      return structuredClone(listing)
    },
    async moveFolder(...given) {
      const { from, to, options } = parseArguments(
        argumentSchemas.moveFolder,
        named(given, 'from', 'to', 'options'),
        'from',
      )
      const target = { folder: folderOf(from, 'from'), to: folderOf(to, 'to') }
      return operate({ kind: 'move', ...target }, options)
    },
    async deleteFolder(...given) {
      const { folder, options } = parseArguments(
        argumentSchemas.deleteFolder,
        named(given, 'folder', 'options'),
        'folder',
      )
      return operate({ kind: 'delete', folder: folderOf(folder, 'folder') }, options)
    },
    async restoreFolder(...given) {
      const { from, options } = parseArguments(
        argumentSchemas.restoreFolder,
        named(given, 'from', 'options'),
        'from',
      )
      const { folder = '', operation } = from
      return operate(
        operation === undefined
          ? { kind: 'restore', folder: folderOf(folder, 'folder') }
          : { kind: 'restore', undoes: operation },
        options,
      )
    },
    async operation(...given) {
      const { id, options } = parseArguments(
        argumentSchemas.operation,
        named(given, 'id', 'options'),
        'id',
      )
      const operation = await awaitOperation(ports, caller, id, waitOf(options))
      return structuredClone(operationView(operation))
    },
    async archive(given) {
      const { folder, files } = parseArguments(argumentSchemas.archive, given, 'from')
      const request = files
        ? { ids: await Promise.all(files.map((file) => idOf(ports, caller, file))) }
        : { folder: folderOf(folder ?? '', 'folder') }
      const selection = await selectFiles(ports, caller, request)
      // The error reaches the reader of the body too.
      const bytes = zipOf(archiveEntries(ports, caller, selection), () => undefined)
      const body = Readable.fromWeb(bytes)
      return { name: archiveName(selection), body }
    },
  }
}

type ParsedWait = Required<Pick<OperationWait, 'waitSeconds'>> & {
  signal?: AbortSignal | undefined
}

function waitOf({ waitSeconds, signal }: ParsedWait) {
  return { seconds: waitSeconds, ...(signal && { signal }) }
}
