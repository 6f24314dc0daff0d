import { z } from 'zod'
import { parsed } from '../shared/http/parsed.ts'
import { metadataSchema } from '../shared/http/metadata-schema.ts'
import { isReference, parseReference } from '../shared/media/reference.ts'
import { resolvePath, type Caller } from '../shared/workspace/access.ts'
import { remove } from '../shared/workspace/delete.ts'
import { list, usage } from '../shared/workspace/list.ts'
import { parseName, parsePath, parseSessionId } from '../shared/workspace/path.ts'
import type { Ports } from '../shared/workspace/ports.ts'
import * as reading from '../shared/workspace/read.ts'
import { copy, restore, update } from '../shared/workspace/update.ts'
import { rangeOf } from './range.ts'
import type { FileName, FileUpdate, ListOptions, Workspace } from './workspace.ts'
import { write } from './write.ts'

type FileMethods = Omit<Workspace, 'storeMedia' | 'executionDirectory' | 'cleanExecution'>

const defaultLimit = 200
const limitSchema = z.object({ limit: z.int().min(1).max(1000).default(defaultLimit) })
const updateSchema = z
  .strictObject({
    name: z.string().optional(),
    path: z.string().optional(),
    metadata: metadataSchema.optional(),
  })
  .refine(({ name, path }) => name === undefined || path === undefined, {
    error: 'must not be combined with "path", whose last segment is the name',
    path: ['name'],
  })

/** What a user does with files, each method one use case. */
export function openFiles(ports: Ports, caller: Caller): FileMethods {
  const idOf = async (file: FileName) => {
    const name = parseFileName(file)
    return 'id' in name ? name.id : (await reading.findFile(ports, caller, name)).id
  }
  return {
    userId: caller.workspaceId,
    session: caller.session,
    write: (path, content, options) => write(ports, caller, { path, content, options }),
    async read(name, range) {
      const { file, open } = await reading.readContent(ports, caller, parseFileName(name))
      return { file, body: await open(range && rangeOf(range, file.sizeBytes)) }
    },
    get: async (file) => reading.readFile(ports, caller, parseFileName(file)),
    list: async (options) => list(ports, caller, listRequest(options)),
    usage: () => usage(ports, caller),
    async update(file, changes) {
      return update(ports, caller, await idOf(file), changesOf(caller, changes))
    },
    async copy(file, path, { overwrite = false } = {}) {
      const to = resolvePath(caller, path)
      return copy(ports, caller, { id: await idOf(file), path: to, overwrite })
    },
    delete: async (file, options) => remove(ports, caller, parseFileName(file), options),
    async restore(file, path) {
      const to = path === undefined ? undefined : resolvePath(caller, path)
      return restore(ports, caller, await idOf(file), to)
    },
  }
}

function parseFileName(file: FileName): reading.FileName {
  if (isReference(file)) return parseReference(file)
  return file.startsWith('/') ? { path: parsePath(file) } : { id: file }
}

function changesOf(caller: Caller, changes: FileUpdate) {
  const { name, path, metadata } = parsed(updateSchema, changes)
  return {
    ...(name !== undefined && { name: parseName(name) }),
    ...(path !== undefined && { path: resolvePath(caller, path) }),
    ...(metadata && { metadata }),
  }
}

function listRequest({ session, ...options }: ListOptions = {}) {
  return {
    ...options,
    ...parsed(limitSchema, options),
    session: session === undefined ? undefined : parseSessionId(session),
  }
}
