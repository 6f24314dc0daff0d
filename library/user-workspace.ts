import { resolvePath, type Caller } from '../shared/model/access.ts'
import { chosenConflict } from '../shared/model/conflict/on-conflict.ts'
import { remove } from '../shared/workspace/delete.ts'
import { list, usage } from '../shared/workspace/list.ts'
import { parseName, parseSessionId } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import * as reading from '../shared/workspace/read.ts'
import { copy, restore, update } from '../shared/workspace/update.ts'
import { listVersions, restoreVersion } from '../shared/workspace/versions.ts'
import { argumentSchemas, named, parseArguments } from './arguments.ts'
import { idOf, parseFileName } from './file-name.ts'
import { openEvents } from './event-methods.ts'
import { openFolders } from './folder-methods.ts'
import { openShares } from './share-methods.ts'
import { rangeOf } from './range.ts'
import type { FileUpdate, Workspace } from './workspace.ts'
import { write } from './write.ts'

type FileMethods = Omit<
  Workspace,
  'storeMedia' | 'executionDirectory' | 'cleanExecution' | 'runBlock'
>

/** The file methods of a workspace; each calls one use case. Returns copies of records, because catalogs may share frozen ones. */
export function openFiles(ports: Ports, caller: Caller): FileMethods {
  return {
    ...openFolders(ports, caller),
    ...openShares(ports, caller),
    ...openEvents(ports, caller),
    userId: caller.workspaceId,
    session: caller.session,
    write: async (path, content, options) => write(ports, caller, { path, content, options }),
    async read(...given) {
      const { file: name, range } = parseArguments(
        argumentSchemas.read,
        named(given, 'file', 'range'),
        'file',
      )
      const { file, open } = await reading.readContent(ports, caller, parseFileName(name))
      return {
        file: structuredClone(file),
        body: await open(range && rangeOf(range, file.sizeBytes)),
      }
    },
    async get(...given) {
      const { file } = parseArguments(argumentSchemas.file, named(given, 'file'), 'file')
      return structuredClone(await reading.readFile(ports, caller, parseFileName(file)))
    },
    async list(options = {}) {
      const { session, ...request } = parseArguments(argumentSchemas.list, options, 'options')
      const page = await list(ports, caller, {
        ...request,
        session: session === undefined ? undefined : parseSessionId(session),
      })
      return structuredClone(page)
    },
    usage: () => usage(ports, caller),
    async update(...given) {
      const [, changes] = given
      const { file } = parseArguments(argumentSchemas.file, named(given, 'file'), 'file')
      const parsedChanges = changesOf(caller, changes)
      return structuredClone(
        await update(ports, caller, await idOf(ports, caller, file), parsedChanges),
      )
    },
    async copy(...given) {
      const { file, path, options } = parseArguments(
        argumentSchemas.copy,
        named(given, 'file', 'path', 'options'),
        'file',
      )
      const to = resolvePath(caller, path)
      const onConflict = chosenConflict(options)
      const copied = await copy(ports, caller, {
        id: await idOf(ports, caller, file),
        path: to,
        onConflict,
      })
      return structuredClone(copied)
    },
    async delete(...given) {
      const { file, options } = parseArguments(
        argumentSchemas.delete,
        named(given, 'file', 'options'),
        'file',
      )
      const { purge = false } = options
      await remove(ports, caller, parseFileName(file), { purge })
    },
    async restore(...given) {
      const { file, path, options } = parseArguments(
        argumentSchemas.restore,
        named(given, 'file', 'path', 'options'),
        'file',
      )
      const to = path === undefined ? undefined : resolvePath(caller, path)
      const restored = await restore(ports, caller, await idOf(ports, caller, file), {
        path: to,
        ...options,
      })
      return structuredClone(restored)
    },
    async versions(...given) {
      const { file, options } = parseArguments(
        argumentSchemas.versions,
        named(given, 'file', 'options'),
        'file',
      )
      const request = { id: await idOf(ports, caller, file), ...options }
      return structuredClone(await listVersions(ports, caller, request))
    },
    async restoreVersion(...given) {
      const { file, version } = parseArguments(
        argumentSchemas.restoreVersion,
        named(given, 'file', 'version'),
        'file',
      )
      const [id, versionId] = [await idOf(ports, caller, file), await idOf(ports, caller, version)]
      return structuredClone(await restoreVersion(ports, caller, { id, versionId }))
    },
  }
}

function changesOf(caller: Caller, changes: FileUpdate) {
  const { name, path, onConflict, metadata } = parseArguments(
    argumentSchemas.update,
    changes,
    'changes',
  )
  return {
    ...(name !== undefined && { name: parseName(name) }),
    ...(path !== undefined && { path: resolvePath(caller, path) }),
    onConflict,
    ...(metadata && { metadata }),
  }
}
